import type { RegistryHost } from "../../lib/registry-host/registry-host";
import { hostOf } from "../../stacks/registry-host";
import { settings } from "../../stacks/settings";

const found = hostOf(settings);
if (!found) throw new Error("settings: got no registryHost");

/** The registry VM of this installation, every default resolved. */
export const host: RegistryHost = found;
