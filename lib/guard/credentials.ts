import type { Credentials } from "../oci/client";
import type { Inputs } from "./inputs";

/** REG_USER and REG_PASS: whose they are is for the command to say. */
export function readCredentials(inputs: Inputs): Credentials | undefined {
	const user = secret(inputs, "user", "userFile");
	const password = secret(inputs, "password", "passwordFile");
	if (user === undefined && password === undefined) return undefined;
	if (user === undefined || password === undefined)
		inputs.refuse(
			user === undefined
				? "REG_PASS without REG_USER"
				: "REG_USER without REG_PASS",
			"both or neither",
			"set both (or REG_USER_FILE, REG_PASS_FILE), or neither for an anonymous registry",
		);
	if (user?.includes(":"))
		inputs.refuse(
			"REG_USER: got a colon in it",
			"a user name without a colon, which Basic authentication cannot send",
			"put the password into REG_PASS",
		);
	return user === undefined || password === undefined
		? undefined
		: { user, password };
}

/** "" is a value that has been refused already. */
function secret(
	inputs: Inputs,
	direct: "user" | "password",
	file: "userFile" | "passwordFile",
): string | undefined {
	const value = inputs.raw(direct);
	const path = inputs.given(file);
	const name = direct === "user" ? "REG_USER" : "REG_PASS";
	if (value !== undefined && path) {
		inputs.refuse(
			`${name} and ${path.source}: both are set`,
			"one of them",
			`unset ${name} or ${path.source}`,
		);
		return "";
	}
	// the line break that an editor or echo leaves at the end of a file is not part of the secret
	const text = path ? inputs.file(file)?.replace(/\r?\n$/, "") : value;
	if (path && text === undefined) return "";
	if (path && text === "") {
		inputs.refuse(
			`${path.source}: the file is empty`,
			"the secret",
			`write it into the file, or unset ${path.source}`,
		);
	} else if (text !== undefined && /\p{Cc}/u.test(text))
		inputs.refuse(
			`${path?.source ?? name}: got a line break or another control character`,
			"one line",
			"store the secret without it (printf, not echo)",
		);
	return text;
}
