import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { alertFiles } from "../../lib/alerts/alert-files";
import { integrityAlerts } from "../../lib/alerts/integrity-alerts";
import { EVERYTHING } from "../alerts/watched";
import { Alertmanager } from "../support/alertmanager";
import { eventually } from "../support/eventually";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";

const { suite, programs } = requirePrograms("alertmanager", "amtool");

suite("an unreadable catalog silences what follows from it", () => {
	const lab = new Lab();
	const file =
		alertFiles({
			...EVERYTHING,
			pushgateway: "http://pushgateway.monitoring:9091",
			prometheusRule: { namespace: "monitoring" },
		})["alerts/alertmanager-inhibition.yml"] ?? "";
	const names = [
		...new Set(integrityAlerts(EVERYTHING).rules.map(({ alert }) => alert)),
	];
	const [broken, other] = ["registry.example:5050", "forgejo.example"];
	let manager: Alertmanager;

	lab.before(async () => {
		manager = await Alertmanager.start(
			lab,
			programs.alertmanager,
			parse(file).inhibit_rules,
		);
	});

	async function post(alerts: readonly Record<string, string>[]) {
		const answer = await fetch(`http://${manager.host}/api/v2/alerts`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(alerts.map((labels) => ({ labels }))),
		});
		expect(answer.status).toBe(200);
	}

	/** Names of the alerts of an instance that are inhibited, when all `count` alerts were looked at. */
	async function silenced(instance: string, count: number) {
		const alerts = await eventually(
			"alerts processed",
			() => manager.alerts(),
			(all) =>
				all.length === count &&
				all.every(({ status }) => status.state !== "unprocessed"),
		);
		return alerts
			.filter(({ labels }) => labels.instance === instance)
			.filter(({ status }) => status.inhibitedBy.length > 0)
			.map(({ labels }) => labels.alertname)
			.sort();
	}

	lab.test("the rendered file is a configuration", async () => {
		const path = join(lab.folder, "with-inhibition.yml");
		writeFileSync(
			path,
			`route: {receiver: r}\nreceivers: [{name: r}]\n${file}`,
		);
		const { code, stdout } = await runProgram(programs.amtool, [
			"check-config",
			path,
		]);
		expect({ code, stdout }).toMatchObject({ code: 0 });
		expect(stdout).toContain("3 inhibit rules");
	});

	lab.test("nothing is silenced while the catalog is readable", async () => {
		const rest = names.filter((name) => name !== "RegistryCatalogInaccessible");
		await post(
			[broken, other].flatMap((instance) =>
				rest.map((alertname) => ({
					alertname,
					instance: String(instance),
					severity: "warning",
				})),
			),
		);
		expect(await silenced(String(broken), 2 * rest.length)).toEqual([]);
	});

	lab.test("five of its own instance, none of the other's", async () => {
		await post([
			{
				alertname: "RegistryCatalogInaccessible",
				instance: String(broken),
				severity: "critical",
			},
		]);
		await eventually(
			"the first silence",
			() => manager.alerts(),
			(all) => all.some(({ status }) => status.inhibitedBy.length > 0),
		);
		const count = 2 * names.length - 1;
		expect(await silenced(String(broken), count)).toEqual([
			"RegistryCatalogShrank",
			"RegistryIntegrityCoverageLow",
			"RegistryIntegrityNotCompleting",
			"RegistryIntegrityProbeInconclusive",
			"RegistryManifestIntegrityFailure",
		]);
		expect(await silenced(String(other), count)).toEqual([]);
		expect(await manager.active()).toEqual([...names].sort());
	});

	lab.test(
		"of the alerts on one registry's collection the worst speaks, of the same registry only",
		async () => {
			const collection = (alertname: string, registry: string) => ({
				alertname,
				instance: "10.0.20.10:9100",
				registry,
				severity: "warning",
			});
			const before = (await manager.alerts()).length;
			await post([
				collection("RegistryGCLost", "private"),
				collection("RegistryGCFailed", "private"),
				collection("RegistryGCStale", "private"),
				collection("RegistryGCStale", "dockerhub"),
			]);
			expect(await silenced("10.0.20.10:9100", before + 4)).toEqual([
				"RegistryGCFailed",
				"RegistryGCStale",
			]);
		},
	);
});
