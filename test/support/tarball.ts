import { gzipSync } from "node:zlib";

const BLOCK = 512;

/** A tar archive of one file. */
export function tar(name: string, content: Buffer): Buffer {
	const header = Buffer.alloc(BLOCK);
	const octal = (value: number, at: number, width: number) =>
		header.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at);
	header.write(name, 0);
	octal(0o644, 100, 8);
	octal(0, 108, 8);
	octal(0, 116, 8);
	octal(content.length, 124, 12);
	octal(0, 136, 12);
	header.write("        0", 148);
	header.write("ustar\u000000", 257);
	// the sum is over the header with the sum itself as spaces
	octal(
		header.reduce((sum, byte) => sum + byte, 0),
		148,
		7,
	);
	const padding = Buffer.alloc(-content.length & (BLOCK - 1));
	return Buffer.concat([header, content, padding, Buffer.alloc(2 * BLOCK)]);
}

/** Stored, not squeezed: the same bytes with every zlib. */
export function gzip(bytes: Buffer): Buffer {
	return gzipSync(bytes, { level: 0 });
}
