import type { Environment } from "../inputs";
import { printable } from "../printable";

const SECRET_NAME = /pass|token|secret|key|conn_str|credential|webhook/i;
/** A shorter value would blot out words. */
const SHORTEST = 6;

/** Makes a function that takes out of a program's output what must not be seen: user and password of a URL, and the values of variables that hold a secret by their name. */
export function redaction(env: Environment): (text: string) => string {
	const secrets = Object.entries(env)
		.filter(([name]) => SECRET_NAME.test(name))
		.map(([, value = ""]) => value)
		.filter((value) => value.length >= SHORTEST && !value.startsWith("/"))
		.sort((a, b) => b.length - a.length);
	return (text) => {
		const bare = text
			.split("\n")
			.map((line) => printable(line).replace(/:\/\/[^\s/"'@]*@/g, "://***@"))
			.join("\n");
		return secrets.reduce((all, each) => all.replaceAll(each, "***"), bare);
	};
}
