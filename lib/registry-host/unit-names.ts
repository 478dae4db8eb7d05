/** Starts and stops everything. */
export const COMPOSE_UNIT = "docker-compose-registry.service";
/** Service and timer of the daily scan, without the suffix. */
export const SCAN_UNIT = "registry-scan";
/** Service and timer that hold the bundle against its hashes, without the suffix. */
export const BUNDLE_UNIT = "registry-bundle";

/** Service and timer of a registry's collection, without the suffix. */
export function collectUnit(name: string): string {
	return `registry-gc-${name}`;
}
