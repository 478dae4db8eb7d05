import type { Inputs } from "./inputs";
import { isHost } from "./origin";

/** The Pushgateway's URL without a slash at the end; a path prefix is kept. */
export function readPushUrl(inputs: Inputs): string | undefined {
	const given = inputs.given("push");
	if (!given) return undefined;
	const [, scheme = "", host = "", path = ""] =
		/^(https?):\/\/([^/?#]+)((?:\/[^?#\s]*)?)$/i.exec(given.text) ?? [];
	const url = `${scheme.toLowerCase()}://${host}${path.replace(/\/+$/, "")}`;
	if (isHost(host) && URL.canParse(url) && !/\/metrics(\/|$)/.test(path))
		return url;
	inputs.refuseValue(
		given,
		"http(s)://host[:port][/prefix] of a Pushgateway, without /metrics, query and user",
		"write http://pushgateway.example.com:9091; job and instance are --job and --instance",
	);
	return undefined;
}

/** Job label of the Pushgateway group. */
export function readJob(inputs: Inputs, fallback: string): string {
	const given = inputs.given("job");
	if (given && /\p{Cc}/u.test(given.text))
		inputs.refuseValue(given, "a label value on one line");
	return given?.text ?? fallback;
}
