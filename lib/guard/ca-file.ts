import { X509Certificate } from "node:crypto";
import type { Inputs } from "./inputs";

const CERTIFICATE =
	/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The PEM bundle of `--ca-file`, every certificate of it parsed once. */
export function readCa(inputs: Inputs): string | undefined {
	const text = inputs.file("caFile");
	const given = inputs.given("caFile");
	if (text === undefined || !given) return undefined;
	const blocks = text.match(CERTIFICATE) ?? [];
	const isSound = blocks.every((block) => {
		try {
			return new X509Certificate(block) !== undefined;
		} catch {
			return false;
		}
	});
	if (blocks.length > 0 && isSound) return blocks.join("\n");
	inputs.refuseValue(
		given,
		"a PEM bundle: -----BEGIN CERTIFICATE----- ..., each of them sound",
		"convert it (openssl x509 -inform der -in FILE), or leave it out for a public CA",
	);
	return undefined;
}
