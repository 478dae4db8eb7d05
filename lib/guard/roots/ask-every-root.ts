import type { Io } from "../io";
import { inOrder } from "./in-order";
import type { Root } from "./root";
import { showStep } from "./show-step";
import { Terraform } from "./terraform";
import type { Tools } from "./tools";

interface Question<A> {
	readonly ask: (terraform: Terraform, root: Root) => Promise<A>;
	/** What has been done to a root that has ended, for people who wait. */
	readonly done: string;
	/** How it ended, for them. */
	readonly how: (answer: A) => string;
}

/** Asks Terraform the same at every root, several together, and shows how far it is. Answers in the order of the roots. */
export async function askEveryRoot<A>(
	{ roots, tools }: { readonly roots: readonly Root[]; readonly tools: Tools },
	{ ask, done, how }: Question<A>,
	io: Io,
): Promise<readonly A[]> {
	const terraform = new Terraform(tools, io);
	const step = showStep(io, roots.length, done);
	const answers = new Map<Root, A>();
	try {
		await inOrder(
			roots,
			new Map(),
			tools.parallel,
			async (root) => {
				step.begin(root);
				const answer = await ask(terraform, root);
				answers.set(root, answer);
				step.end(root, how(answer));
				return true;
			},
			() => {},
		);
	} finally {
		terraform.close();
	}
	return roots.flatMap((root) => answers.get(root) ?? []);
}
