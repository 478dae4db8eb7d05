import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { Lab } from "../support/lab";
import { runProgram } from "../support/run-program";

const SCRIPT = resolve("ci/deploy-app");
const JWT = "jwt-of-the-pod";
const TOKEN = "token-of-the-deployer";
const IMAGE = "docker.io/user/myapp:42";

/** Vault and a cluster are played: each writes its argv down, and does what the real one would with what it is given. */
const VAULT = `#!/bin/bash
echo "vault $*" >>"$SEEN"
case "$*" in
"write -field=token auth/kubernetes/login role=ci jwt=@"*) [ "$(cat "\${5#jwt=@}")" = ${JWT} ] && echo vault-token ;;
"write -field=service_account_token kubernetes/creds/apps-deployer kubernetes_namespace=apps")
  [ "$VAULT_TOKEN" = vault-token ] && echo ${TOKEN} ;;
*) exit 2 ;;
esac
`;
const KUBECTL = `#!/bin/bash
echo "kubectl $*" >>"$SEEN"
[ -z "\${VAULT_TOKEN-}" ] || echo "kubectl was given Vault's token" >>"$SEEN"
cp "$KUBECONFIG" "$SEEN.config"
cp "$(sed -n 's/.*tokenFile: //p' "$KUBECONFIG")" "$SEEN.token"
[ "kubectl $1" != "$(cat "$FAIL")" ]
`;

describe("deploy-app, Vault and the cluster being played", () => {
	const lab = new Lab();
	let env: Record<string, string>;
	const seen = () =>
		existsSync(env.SEEN ?? "")
			? readFileSync(env.SEEN ?? "", "utf8")
					.trimEnd()
					.split("\n")
			: [];

	lab.before(async () => {
		const bin = join(lab.folder, "bin");
		const account = join(lab.folder, "account");
		for (const folder of [bin, account]) mkdirSync(folder);
		for (const [name, text] of Object.entries({
			vault: VAULT,
			kubectl: KUBECTL,
		})) {
			writeFileSync(join(bin, name), text);
			chmodSync(join(bin, name), 0o755);
		}
		writeFileSync(join(account, "token"), JWT);
		writeFileSync(join(account, "ca.crt"), "CA");
		env = {
			PATH: `${bin}:${process.env.PATH}`,
			SEEN: join(lab.folder, "seen"),
			FAIL: join(lab.folder, "fail"),
			TMPDIR: lab.folder,
			ACCOUNT_FOLDER: account,
			VAULT_ADDR: "http://vault.example:8200",
			NAMESPACE: "apps",
			DEPLOYMENT: "myapp",
			CONTAINER: "web",
		};
	});
	const deploy = async (
		args: readonly string[] = [IMAGE],
		more: Readonly<Record<string, string>> = {},
		fail = "",
	) => {
		writeFileSync(env.SEEN ?? "", "");
		writeFileSync(env.FAIL ?? "", fail);
		return runProgram("bash", [SCRIPT, ...args], { ...env, ...more });
	};

	lab.test(
		"sets the image and waits, by a token that no argv and no output shows",
		async () => {
			const ran = await deploy();
			expect([ran.code, ran.stderr]).toEqual([0, ""]);
			expect(seen().slice(2)).toEqual([
				`kubectl set image deployment/myapp web=${IMAGE}`,
				"kubectl rollout status deployment/myapp --timeout=300s",
			]);
			for (const secret of [JWT, TOKEN, "vault-token"])
				expect([...seen(), ran.stdout, ran.stderr].join("\n")).not.toContain(
					secret,
				);
			const config = parse(readFileSync(`${env.SEEN}.config`, "utf8"));
			expect(config.contexts[0].context.namespace).toBe("apps");
			expect(config.clusters[0].cluster).toEqual({
				server: "https://kubernetes.default.svc",
				"certificate-authority": join(env.ACCOUNT_FOLDER ?? "", "ca.crt"),
			});
			expect(readFileSync(`${env.SEEN}.token`, "utf8").trim()).toBe(TOKEN);
			expect(existsSync(config.users[0].user.tokenFile)).toBe(false);
		},
	);

	lab.test(
		"the container is called as the Deployment, where nothing else is said",
		async () => {
			await deploy([IMAGE], { CONTAINER: "" });
			expect(seen()[2]).toBe(
				`kubectl set image deployment/myapp myapp=${IMAGE}`,
			);
		},
	);

	for (const [name, args, more, code, message] of [
		["no image", [], {}, 2, "got 0 arguments"],
		[
			"an image without a tag",
			["docker.io/user/myapp"],
			{},
			2,
			"wanted an image with the tag of this build",
		],
		[
			"a port is no tag",
			["localhost:5000/myapp"],
			{},
			2,
			"wanted an image with the tag",
		],
		["latest", ["user/myapp:latest"], {}, 2, "got user/myapp:latest"],
		["no namespace", [IMAGE], { NAMESPACE: "" }, 2, "NAMESPACE: got nothing"],
		[
			"no pod",
			[IMAGE],
			{ ACCOUNT_FOLDER: "/nowhere" },
			2,
			"/nowhere/token: cannot be read",
		],
	] as const)
		lab.test(`${name}: refused before anybody is asked`, async () => {
			const ran = await deploy(args, more);
			expect([ran.code, ran.stderr]).toEqual([
				code,
				expect.stringContaining(message),
			]);
			expect(seen()).toEqual([""]);
		});

	lab.test(
		"a pod that Vault does not know, a namespace without a role: nothing is deployed",
		async () => {
			writeFileSync(join(env.ACCOUNT_FOLDER ?? "", "token"), "another");
			const stranger = await deploy();
			expect([stranger.code, stranger.stderr]).toEqual([
				3,
				expect.stringContaining("no login as ci"),
			]);
			writeFileSync(join(env.ACCOUNT_FOLDER ?? "", "token"), JWT);
			const other = await deploy([IMAGE], { NAMESPACE: "other" });
			expect([other.code, other.stderr]).toEqual([
				3,
				expect.stringContaining("no token for other"),
			]);
			expect(seen().join("\n")).not.toContain("kubectl");
		},
	);

	lab.test(
		"pods that never run the image end red, with the way back",
		async () => {
			const ran = await deploy([IMAGE], {}, "kubectl rollout");
			expect([ran.code, ran.stderr]).toEqual([
				1,
				expect.stringContaining("kubectl rollout undo deployment/myapp"),
			]);
		},
	);
});
