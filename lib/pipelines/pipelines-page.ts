import type { ParsedWorkflow } from "../woodpecker/parse";
import {
	matrixColumns,
	renderTriggerMatrix,
} from "../woodpecker/trigger-matrix";
import type { Pipelines } from "./pipelines";

const TOP = `<!-- generated, edit lib/pipelines or the pipelines of stacks/settings.ts -->

# Pipelines

The workflows of \`.woodpecker/\`, generated and hand-written together, and what starts each of them. No two start on the same
manual run: all combinations of their variables were tried. A run without variables is build-ci-image; every other one wants its
own, \`WORKFLOW=<file name>\` unless the table says otherwise:

\`\`\`sh
curl -X POST "$WOODPECKER_SERVER/api/repos/<id>/pipelines" -H "Authorization: Bearer $WOODPECKER_TOKEN" \\
  -H 'Content-Type: application/json' -d '{"branch":"master","variables":{"WORKFLOW":"registry-config-sync"}}'
\`\`\`
`;

const WHERE = `
## Where they go

\`npm run generate\` writes the workflows to \`generated/.woodpecker/\`. With \`pipelines.output\` in \`stacks/settings.ts\`, a checkout of the
repository that they are for, it writes them there, with what they call and ship: the scripts of \`ci/\`, the guard as \`ci/guard.mjs\` and
the VM's bundle. Read the difference there and commit it: a file of the same name in \`ci/\` is replaced, one in \`.woodpecker/\` whose first
line does not say that it is generated never is.
`;

const BOTTOM = `
A version in \`ci/Dockerfile\` and its sha256 in \`ci/checksums.txt\` change together: run \`ci/update-checksums\` on a machine with
internet access and commit what it writes. Without the checksum of each download the build fails.

## An app of its own

\`generated/app-template/.woodpecker.yml\` builds an app by the pipeline's number, reads the image back and deploys it. Copy it to the
app's repository, with \`ci/registry-auth.mjs\`, \`ci/deploy-app\` and the guard (\`ci/guard.mjs\`, from \`dist/guard.mjs\`) beside it, and fill in
its three names. It does not lie in \`.woodpecker/\`: Woodpecker would run it there.
`;

const PODS = `
## What the pods of default, default-plan and drift-detection may do

\`ci/apply\` keeps the last applied commit of each stack in the ConfigMap \`last-applied\` of the pods' namespace, and an encrypted clone is
unlocked with the ConfigMap \`git-crypt-key\`. Their service account needs no more of the API than this; what the stacks need, Vault and the
backend give (\`ci/lib/terraform\`).

\`\`\`yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: infra-pipelines
rules:
  - apiGroups: [""]
    resources: [configmaps]
    resourceNames: [last-applied]
    verbs: [get, patch]
  - apiGroups: [""]
    resources: [configmaps]
    resourceNames: [git-crypt-key]
    verbs: [get]
  # the first run makes last-applied; a name cannot stand here
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [create]
\`\`\`
`;

/** `docs/pipelines.md`: trigger matrix, secrets and crons, for people. */
export function renderPipelinesPage(
	{ secrets, crons, infraCiImage, branch }: Pipelines,
	workflows: readonly ParsedWorkflow[],
): string {
	const usedBy = (name: string) =>
		workflows
			.filter(({ steps }) => steps.some((step) => step.secrets.includes(name)))
			.map((workflow) => workflow.name)
			.join(", ");
	const firedBy = (name: string) =>
		workflows
			.filter(({ when }) =>
				when.some(({ cron }) => cron.include.includes(name)),
			)
			.map((workflow) => workflow.name)
			.join(", ");
	return [
		TOP,
		WHERE,
		"\n## What starts what\n\n",
		renderTriggerMatrix(workflows, matrixColumns(workflows, branch)),
		"\n## Secrets of the repository\n\n",
		"Each has to be there on the Woodpecker server, allowed on these events and never on `pull_request`.\n\n",
		"| secret | events | Vault | used by |\n| --- | --- | --- | --- |\n",
		...secrets.map(
			({ name, events, vault }) =>
				`| \`${name}\` | ${events.join(", ")} | \`${vault.path}\`, \`${vault.key}\` | ${usedBy(name)} |\n`,
		),
		"\n## Crons of the repository\n\n",
		"| cron | schedule (UTC) | starts |\n| --- | --- | --- |\n",
		...crons.map(
			({ name, schedule }) =>
				`| \`${name}\` | ${schedule} | ${firedBy(name)} |\n`,
		),
		"\n## infra-ci\n\n",
		`Steps that need more than node or a plugin run in \`${infraCiImage}\`, by the commit that it was built from.\n`,
		"After a build that verify-integrity found whole, put its tag into `stacks/settings.ts` (`pipelines.infraCi.tag`) and generate; `latest` is pushed and never used.\n",
		BOTTOM,
		PODS,
	].join("");
}
