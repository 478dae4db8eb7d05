/** `dc() { docker compose -f c.yml "$@"; }`: its name, and the program that it hands its words to. */
const FUNCTION =
	/(?:^|\n)[ \t]*(?:function[ \t]+(\w+)[ \t]*(?:\([ \t]*\))?|(\w+)[ \t]*\([ \t]*\))\s*\{\s*(?:(?:exec|sudo)\s+)*((?:docker|podman|nerdctl)\b[^;|&}]{0,300}?)"?\$@/g;

/** Takes the functions of a script that only start a program for that program, where a command begins. */
export function withoutFunctions(script: string): (line: string) => string {
	const programs = new Map<string, string>();
	for (const [, named, bare, words = ""] of script.matchAll(FUNCTION))
		programs.set(
			named ?? bare ?? "",
			/\bcompose\b/.test(words) ? "docker compose" : "docker",
		);
	if (programs.size === 0) return (line) => line;
	const called = new RegExp(
		`(^\\s*|[;&|({]\\s*|\\b(?:if|then|else|do|while|until|!)\\s+)(${[...programs.keys()].join("|")})(?=\\s)`,
		"g",
	);
	return (line) =>
		line.replace(
			called,
			(_, before, name) => `${before}${programs.get(name) ?? name}`,
		);
}
