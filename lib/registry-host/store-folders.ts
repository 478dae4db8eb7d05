import type { HostRegistry } from "./host-registry";
import { must } from "./must";

/** Folders of the VM that a container may not have in the place of its own. */
const SYSTEM =
	/^(\/(bin|dev|etc(\/nginx)?|lib|proc|run|sbin|sys|tmp|usr|var))?$/;

/** Stores that no other one holds, nor the bundle; certificates in a folder that nginx can be given. */
export function checkFolders(
	base: string,
	registries: readonly HostRegistry[],
): void {
	const holds = (outer: string, inner: string) =>
		inner === outer || inner.startsWith(`${outer}/`);
	for (const { name, data, tls } of registries) {
		const inner = registries.find(
			(each) => each.name !== name && holds(data, each.data),
		);
		must(
			!inner && !holds(data, base),
			`registries[${name}].data`,
			data,
			`a folder of its own: ${inner ? `that of ${inner.name}` : base} is in it`,
		);
		for (const path of tls ? [tls.certificate, tls.key] : [])
			must(
				!SYSTEM.test(path.slice(0, path.lastIndexOf("/"))),
				`registries[${name}].tls`,
				path,
				"a file in a folder for certificates: nginx is given all of it",
			);
	}
}
