import { imageOf, PINS } from "../pins";
import { fromSecret, type Secret } from "../woodpecker/secret";
import { serverVariable } from "../woodpecker/substitution";
import type { Workflow } from "../woodpecker/workflow";
import type { Pipelines } from "./pipelines";

/** The three places to fill in. */
const USER = "your-dockerhub-user";
const NAMESPACE = "your-namespace";
const APP = "myapp";

const secret = (name: string): Secret => ({
	name,
	events: ["push"],
	vault: { path: `secret/${NAMESPACE}/${APP}`, key: name },
});

/** `.woodpecker.yml` of a user's app: build, read back, deploy. */
export function appTemplate({
	branch,
	infraCiImage,
	vaultAddress,
	vaultRole,
}: Pipelines): Workflow {
	const tag = serverVariable("CI_PIPELINE_NUMBER");
	const user = fromSecret(secret("dockerhub-username"));
	const token = fromSecret(secret("dockerhub-token"));
	return {
		name: "app",
		comment: [
			`Copy it to your app's repository as .woodpecker.yml, with ci/ beside it; fill in ${USER}, ${NAMESPACE} and`,
			`${APP}, and make the secrets dockerhub-username and dockerhub-token, allowed on push.`,
			"The old template named no version of the plugin, pushed and deployed `latest`, and called kubectl in an image that",
			"has none.",
		].join("\n"),
		when: [{ event: "push", branch }],
		steps: [
			{
				name: "build-and-push",
				image: imageOf(PINS.pluginDockerBuildx),
				settings: {
					platforms: "linux/amd64",
					repo: `${USER}/${APP}`,
					tags: [tag],
					username: user,
					password: token,
				},
			},
			{
				name: "verify-integrity",
				image: imageOf(PINS.node),
				comment: "A deploy of an image that nobody can pull fails here.",
				environment: { REGISTRY_1_USER: user, REGISTRY_1_PASS: token },
				commands: [
					"auth=$(mktemp)",
					`trap 'rm -f "$auth"' EXIT`,
					'node ci/registry-auth.mjs registry-1.docker.io=REGISTRY_1 >"$auth"',
					`node ci/guard.mjs verify --mode full --realm-hosts auth.docker.io --auth-file "$auth" registry-1.docker.io/${USER}/${APP}:${tag}`,
				],
			},
			{
				name: "deploy",
				image: infraCiImage,
				comment:
					"The stack ignores the image of the container, so this is no drift.",
				environment: {
					VAULT_ADDR: vaultAddress,
					VAULT_ROLE: vaultRole,
					NAMESPACE,
					DEPLOYMENT: APP,
					CONTAINER: APP,
				},
				commands: [`bash ci/deploy-app docker.io/${USER}/${APP}:${tag}`],
			},
		],
	};
}
