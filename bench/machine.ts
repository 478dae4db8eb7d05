import { cpus, loadavg, release, totalmem, type } from "node:os";

/** The machine in one line, with how busy it was: a figure from a busy machine is none. */
export function machine(): string {
	const [first] = cpus();
	const gib = (totalmem() / 2 ** 30).toFixed(0);
	const [load = 0] = loadavg();
	return [
		`${cpus().length} x ${first?.model.trim() ?? "unknown processor"}`,
		`${gib} GiB`,
		`${type()} ${release().split("-")[0]}`,
		`node ${process.versions.node}`,
		`load average ${load.toFixed(2)} before the start`,
	].join(", ");
}
