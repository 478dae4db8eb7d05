import type { AddressInfo } from "node:net";
import { MakeBelieveRegistry } from "./make-believe-registry";

/** Program: `serve-make-believe REPOSITORIES`, forked; says its port, then answers every message with the visits so far. */
const registry = new MakeBelieveRegistry(Number(process.argv[2]));
registry.server.listen(0, "127.0.0.1", () => {
	process.send?.((registry.server.address() as AddressInfo).port);
});
process.on("message", () => process.send?.(registry.takeVisits()));
process.on("disconnect", () => process.exit(0));
