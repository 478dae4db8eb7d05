import { isPinned } from "../../pins";
import { list } from "../../raw";
import type { ComposeService } from "./compose-service";
import type { Report } from "./host-rules";
import { isRegistryImage } from "./registry-view";
import { textOf } from "./yaml-file";

/** Images with versions of three parts: a tag of two moves with every release. */
const MOVES =
	/(^|\/)(registry|distribution|nginx|nginx-unprivileged|docker-registry-ui|node):v?\d+\.\d+(-[a-z]\S*)?$/;

/** What is wrong with a service by itself. */
export function lintService(service: ComposeService, report: Report): void {
	const { name, image } = service;
	// what is built here is not pulled
	if (
		image !== "" &&
		!service.isBuilt &&
		(!isPinned(image) || MOVES.test(image))
	)
		report(
			"floating-pin",
			service.imagePlace,
			`${name}: got ${image}`,
			"name an exact version (registry:2.8.3), with or without its sha256 digest",
		);
	const isServer =
		service.isWhole &&
		!service.command.includes("garbage-collect") &&
		(service.ports.length > 0 || isRegistryImage(image));
	if (isServer && !hasHealthcheck(service))
		report(
			"missing-healthcheck",
			service.place,
			`${name}: got no healthcheck`,
			"add one that asks the port for /v2/ (a cache wants 2xx, a private registry 401 too)",
			"warning",
		);
	const deletes = service.environment.get("DELETE_IMAGES");
	if (
		/registry-ui|registry-frontend/.test(image) &&
		deletes &&
		isTrue(deletes.value)
	)
		report(
			"ui-with-delete",
			deletes.place,
			`${name}: got DELETE_IMAGES=${deletes.value}`,
			"set DELETE_IMAGES to false; delete with the guard's plan, which keeps what other tags need",
		);
}

/** Whether Docker asks anything: without a test it does not, and the images of registry and nginx bring none. */
function hasHealthcheck({ healthcheck }: ComposeService): boolean {
	const { test, disable } = healthcheck;
	const [first] = list(test);
	return textOf(first) !== "" && first !== "NONE" && !isTrue(textOf(disable));
}

/** As the shell scripts of such images read it. */
export function isTrue(value: string | undefined): boolean {
	return /^(true|t|yes|y|on|1)$/i.test(value ?? "");
}
