import type { PipelinesProps, PushTarget } from "../lib/pipelines/pipelines";
import { targetIn } from "../lib/pipelines/push-target";
import type { PipelineSettings, Settings } from "./model";

/** What the workflows are made from: a registry that is moved or removed is so in them too. */
export function pipelinesProps(
	settings: Settings,
	{ infraCi, cli, ...rest }: PipelineSettings,
): PipelinesProps {
	const ci = pushedTo(settings, "infra-ci");
	const [first] = ci;
	return {
		...rest,
		vaultAddress: settings.vaultAddress,
		infraCi: {
			...infraCi,
			image: first?.image ?? "",
			targets: ci.map(({ target }) => target),
		},
		cli: {
			targets: [
				// settings that are wrong are said, not thrown over
				...(cli?.targets ?? []),
				...pushedTo(settings, "infra").map(({ target }) => target),
			],
		},
	};
}

/** Where an image is pushed to, and how pods pull it from there. */
function pushedTo(
	{ registries }: Settings,
	image: "infra-ci" | "infra",
): readonly { readonly target: PushTarget; readonly image: string }[] {
	return registries.flatMap(({ model, builds }) =>
		builds?.images.includes(image)
			? [
					{
						target: targetIn(model, image, builds),
						image: `${model.pullHosts[0]}/${model.pathPrefix}${image}`,
					},
				]
			: [],
	);
}
