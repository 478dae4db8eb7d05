import type { PushTarget } from "../../lib/pipelines/pipelines";
import type { Secret } from "../../lib/woodpecker/secret";
import { Distribution, PASSWORD, USER } from "./distribution";
import type { Lab } from "./lab";
import { privateCa } from "./private-ca";

/** What the targets are written to with: secrets of the server by name. */
export const TARGET_SECRETS = {
	registry_user: USER,
	registry_password: PASSWORD,
	forgejo_user: USER,
	forgejo_push_token: PASSWORD,
};
const secret = (name: keyof typeof TARGET_SECRETS): Secret => ({
	name,
	events: ["push", "manual"],
	vault: { path: "secret/lab", key: name },
});

/** Two registries with a login behind a private CA, and `infra-ci` in each as a build pushes to it. */
export async function startTwoTargets(
	lab: Lab,
	programs: Readonly<Record<"registry2" | "htpasswd" | "openssl", string>>,
): Promise<{
	readonly first: Distribution;
	readonly second: Distribution;
	readonly tls: ReturnType<typeof privateCa>;
	readonly targets: readonly PushTarget[];
}> {
	const { registry2: program, htpasswd, openssl } = programs;
	const tls = privateCa(openssl, lab.folder, "localhost");
	const start = (name: string) =>
		Distribution.start(lab, { name, program, htpasswd, tls, cache: false });
	const [first, second] = await Promise.all([start("first"), start("second")]);
	const targets = [
		{
			repository: `${first.host}/infra-ci`,
			user: secret("registry_user"),
			password: secret("registry_password"),
		},
		{
			repository: `${second.host}/viktor/infra-ci`,
			user: secret("forgejo_user"),
			password: secret("forgejo_push_token"),
		},
	];
	return { first, second, tls, targets };
}
