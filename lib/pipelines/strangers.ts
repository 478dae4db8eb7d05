import type { Stranger } from "../woodpecker/stranger";

/**
 * The workflows of the infra repository that are not generated yet. What they start on is said here, so that the rules
 * about the whole folder and the trigger matrix know of them; their files say it too, and win where they are there.
 */
export const STRANGERS: readonly Stranger[] = [
	{
		name: "issue-automation",
		when: [{ event: "manual", variables: { set: "ISSUE_NUMBER" } }],
	},
	{
		name: "provision-user",
		when: [
			{
				event: "manual",
				variables: {
					all: [
						{ unset: "ISSUE_NUMBER" },
						{ set: "USERNAME" },
						{ set: "EMAIL" },
					],
				},
			},
		],
	},
	{
		name: "renew-tls",
		when: [{ event: "cron", cron: ["renew-tls-certificate"] }],
	},
	{ name: "k8s-portal", when: [{ event: "push", branch: "master" }] },
	{
		name: "postmortem-todos",
		when: [
			{
				event: "push",
				branch: "master",
				path: ["docs/post-mortems/*.md"],
			},
		],
	},
];
