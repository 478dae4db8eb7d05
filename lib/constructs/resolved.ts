import { DefaultTokenResolver, StringConcat, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";

/** What a string will be in the Terraform of its stack: two references to one thing are equal only then. */
export function resolved(scope: IConstruct, text: string): string {
	return Tokenization.resolve(text, {
		scope,
		resolver: new DefaultTokenResolver(new StringConcat()),
		preparing: false,
	});
}
