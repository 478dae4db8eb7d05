import { Token } from "cdktf";

/**
 * Text that Terraform must keep as it is: `${` and `%{` would start a template, so their first character is doubled,
 * which is how Terraform's template language writes the two themselves. Objects and arrays are walked, keys included.
 * (`Fn.rawString` is no substitute: it turns newlines into `\n` text and leaves `%{` alone.)
 *
 * @param field what the text is for, named in the error.
 * @throws Error if a string holds an unresolved token: escaped, its reference would reach the cluster as text.
 */
export function literal<T>(value: T, field: string): T {
	if (Token.isUnresolved(value)) {
		throw new Error(
			`${field}: got an unresolved token, wanted a literal known at synth time`,
		);
	}
	if (typeof value === "string") return escapeTemplate(value) as T;
	if (Array.isArray(value)) {
		return value.map((each, i) => literal(each, `${field}[${i}]`)) as T;
	}
	if (value !== null && typeof value === "object") {
		return Object.fromEntries(
			Object.entries(value).map(([key, each]) => [
				literal(key, field),
				literal(each, `${field}.${key}`),
			]),
		) as T;
	}
	return value;
}

function escapeTemplate(text: string): string {
	return text.replace(/([$%])\{/g, "$1$1{");
}
