import type { AlertGroup } from "./alert";
import { driftAlerts, type WatchedDrift } from "./drift-alerts";
import { hostAlerts, type WatchedHost } from "./host-alerts";
import { type IntegrityAlertsProps, integrityAlerts } from "./integrity-alerts";

/** All that is watched. */
export interface AlertGroupsProps extends IntegrityAlertsProps {
	/** @default - no alerts on a registry VM */
	readonly host?: WatchedHost;
	/** @default - no alerts on drift */
	readonly drift?: WatchedDrift;
}

/** Every rule group: of the registries, and where they are watched of their VM and of the stacks. */
export function alertGroups(props: AlertGroupsProps): readonly AlertGroup[] {
	const { host, drift, runbookBase } = props;
	return [
		integrityAlerts(props),
		...(host ? [hostAlerts(host, runbookBase)] : []),
		...(drift ? [driftAlerts(drift, runbookBase)] : []),
	];
}
