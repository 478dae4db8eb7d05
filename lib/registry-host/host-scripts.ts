import type { HostFile } from "./host-file";
import { hostTimers } from "./host-units";
import type { RegistryHost } from "./registry-host";
import { bundleScript } from "./scripts/bundle-script";
import { collectScript } from "./scripts/collect-script";
import { dnsScript } from "./scripts/dns-script";
import { enableScript } from "./scripts/enable-script";
import { fixBrokenBlobs, guardScript } from "./scripts/guard-script";
import { oldCronScript } from "./scripts/old-cron-script";
import { scanScript } from "./scripts/scan-script";
import { secretsScript } from "./scripts/secrets-script";

/** Everything executable of the bundle. */
export function hostScripts(host: RegistryHost): readonly HostFile[] {
	return [
		guardScript(host),
		scanScript(host),
		collectScript(host),
		oldCronScript(host),
		enableScript(host, hostTimers(host)),
		bundleScript(host),
		secretsScript(host),
		dnsScript(host),
		fixBrokenBlobs(host),
	];
}
