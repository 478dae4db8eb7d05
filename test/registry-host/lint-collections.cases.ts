import { linesOf, problemsOf, reasonsOf } from "./linting";

const GC = "registry garbage-collect";
const CONFIG = "/etc/docker/registry/config.yml";
const CACHED =
	"version: 0.1\nstorage:\n  filesystem: {}\n  cache: {blobdescriptor: inmemory}\n";
const PLAIN = "version: 0.1\nstorage:\n  filesystem: {}\nhttp: {}\n";
const cron = (command: string) => ({ crontab: `0 3 * * 0 ${command}\n` });

describe("gc-delete-untagged", () => {
	test.each<[string, boolean]>([
		[`docker exec r ${GC} -m ${CONFIG}`, true],
		[`docker exec r ${GC} ${CONFIG} -m`, true],
		[`docker exec r ${GC} --delete-untagged ${CONFIG}`, true],
		[`docker exec r ${GC} --delete-untagged=true ${CONFIG}`, true],
		[`docker exec r ${GC} -dm ${CONFIG}`, true],
		[`root docker exec r sh -c "${GC} -m ${CONFIG}"`, true],
		[`docker exec r ${GC} -m=true ${CONFIG}`, true],
		[`docker exec r ${GC} --delete-untagged="true" ${CONFIG}`, true],
		[`docker exec r ${GC} --delete-untagged='false' ${CONFIG}`, false],
		[`bash -lc 'docker exec r ${GC} --delete-untagged ${CONFIG}'`, true],
		[`logger "\`docker exec r ${GC} -m ${CONFIG}\`"`, true],
		[`logger "$(docker exec r ${GC} -m ${CONFIG} 2>&1)"`, true],
		[`root\tdocker\texec r\t${GC}\t-m\t${CONFIG}`, true],
		[`docker run -m 512m registry:2.8.3 garbage-collect ${CONFIG}`, false],
		[`sh -c '! grep -rq "garbage-collect -m" /etc/cron.d'`, false],
		["root /usr/bin/logger 'never garbage-collect -m'", false],
		[`docker exec r ${GC} --delete-untagged=1 ${CONFIG}`, true],
		[`docker exec r ${GC} -m=false ${CONFIG}`, false],
		[`docker exec r ${GC} ${CONFIG} # never -m`, false],
		[`true # ${GC} -m ${CONFIG}`, false],
		[`root echo "no ${GC} -m"`, false],
		[`/bin/registry garbage-collect -m ${CONFIG}`, true],
		[`docker exec r ${GC} ${CONFIG}`, false],
		[`docker exec r ${GC} --delete-untagged=false ${CONFIG}`, false],
		[`docker exec r ${GC} ${CONFIG} | tee -m`, false],
		[`docker exec r ${GC} ${CONFIG}; other -m`, false],
		["echo 'never garbage-collect -m'", false],
		["grep -q 'garbage-collect -m' /etc/crontab", false],
	])("%s: %s", (command, destroys) => {
		expect(linesOf("gc-delete-untagged", "crontab", cron(command))).toEqual(
			destroys ? [1] : [],
		);
	});

	test("in a script with continued lines, in a unit, in a compose file; a comment is none", () => {
		expect(
			linesOf("gc-delete-untagged", "gc.sh", {
				"gc.sh": `#!/bin/sh\n# registry garbage-collect -m\ndocker exec r ${GC} \\\n  --delete-untagged \\\n  ${CONFIG}\n`,
			}),
		).toEqual([3]);
		expect(
			linesOf("gc-delete-untagged", "gc.service", {
				"gc.service": `[Service]\nExecStart=docker exec r ${GC} -m ${CONFIG}\n`,
			}),
		).toEqual([2]);
		expect(
			linesOf("gc-delete-untagged", "compose.yml", {
				"compose.yml": `services:\n  gc:\n    image: registry:2.8.3\n    command: ["garbage-collect", "-m", "${CONFIG}"]\n`,
			}),
		).toEqual([4]);
		expect(problemsOf({ crontab: `# 0 3 * * 0 ${GC} -m ${CONFIG}\n` })).toEqual(
			[],
		);
	});
});

describe("gc-delete-untagged, said into a crontab", () => {
	test.each([
		[`(crontab -l; echo '0 3 * * 0 ${GC} -m c') | crontab -`, true],
		[`echo "0 3 * * 0 root ${GC} -m c" > /etc/cron.d/gc`, true],
		[`printf '0 3 * * 0 root ${GC} -m c' | sudo tee /etc/cron.d/gc`, true],
		[`echo '${GC} -m c' > /root/notes`, false],
		[`echo "19 3 * * 1 ${GC} -m c >> /var/log/gc" >> $tmp`, true],
		[`echo "@weekly ${GC} -m c" | tee -a $tmp`, true],
		[`echo "add: 19 3 * * 1 ${GC} -m c"`, false],
		[`echo "19 3 * * 1 ${GC} -m c" >&2`, false],
		["crontab -l | grep -v 'garbage-collect -m' | crontab -", false],
	])("%s: %s", (command, destroys) => {
		expect(
			linesOf("gc-delete-untagged", "x.sh", {
				"x.sh": `#!/bin/sh\n${command}\n`,
			}),
		).toEqual(destroys ? [2] : []);
	});
});

describe("gc-delete-untagged, said elsewhere", () => {
	const lines = (name: string, text: string) =>
		linesOf("gc-delete-untagged", name, { [name]: text });

	test.each([
		["gc.sh", `#!/bin/sh\nF="--delete-untagged"\nr ${GC} $F ${CONFIG}\n`, [3]],
		["gc.sh", `#!/bin/sh\nF=(-d -m)\nr ${GC} "\${F[@]}" ${CONFIG}\n`, [3]],
		["gc.sh", `#!/bin/sh\nF=--dry-run\nr ${GC} $F ${CONFIG}\n`, []],
		["crontab", `F=-m\n0 3 * * 0 r ${GC} $F ${CONFIG}\n`, [2]],
		[
			"gc.service",
			`[Service]\nEnvironment="F=-m"\nExecStart=r ${GC} $F ${CONFIG}\n`,
			[3],
		],
		["gc.service", `[Unit]\nDescription=never ${GC} -m\n`, []],
		[
			"gc.service",
			`[Service]\nExecStart=r ${GC} \\\n# all\n  -m ${CONFIG}\n`,
			[2],
		],
		["gc.sh", `#!/bin/sh\nA="${CONFIG} -m"\nr ${GC} $A\n`, [3]],
		["gc.sh", `#!/bin/sh\nA=c\nA="$A -m"\nr ${GC} $A\n`, [4]],
		["gc.sh", `#!/bin/sh\nA+=(-m)\nr ${GC} "\${A[@]}"\n`, [3]],
		["gc.sh", `#!/bin/sh\nr ${GC} \${A:--m} ${CONFIG}\n`, [2]],
		["gc.sh", `#!/bin/sh\nA="\${A:---delete-untagged}"\nr ${GC} $A\n`, [3]],
		["gc.sh", `#!/bin/sh\ncase "$l" in\n*"${GC} -m"*) exit 1 ;;\nesac\n`, []],
		["gc.sh", `#!/bin/sh\nif [[ $l == *"${GC} -m"* ]]; then exit; fi\n`, []],
		[
			"gc.sh",
			`#!/bin/sh\ncase $1 in\n-m) die "${GC} -m is refused" ;;\nesac\n`,
			[],
		],
		["gc.sh", `#!/bin/sh\ncat <<EOF\n  ${GC} without -m\nEOF\n`, []],
		["gc.sh", `#!/bin/sh\ncat >&2 <<'EOF'\n${GC} -m\nEOF\n${GC} -m\n`, [5]],
		["gc.sh", `#!/bin/sh\ncat > /etc/cron.d/r <<EOF\n${GC} -m\nEOF\n`, [3]],
		["gc.sh", `#!/bin/sh\nA=(\n  "-m"\n)\nr ${GC} "\${A[@]}"\n`, [5]],
		[
			"c.yml",
			`services:\n  gc:\n    image: registry:2.8.3\n    command: garbage-collect \${O:--m} c\n`,
			[4],
		],
		[
			"c.yml",
			`services:\n  o:\n    image: ofelia:0.3.13\n    labels:\n      ofelia.job-exec.gc.command: "${GC} -m ${CONFIG}"\n`,
			[4],
		],
		[
			"c.yml",
			`services:\n  o:\n    image: ofelia:0.3.13\n    labels: ["ofelia.job-exec.gc.command=${GC} -m ${CONFIG}"]\n`,
			[4],
		],
	])("%s %j", (name, text, found) => {
		expect(lines(name, text)).toEqual(found);
	});
});

describe("gc-with-warm-cache", () => {
	const warm = (command: string, config = CACHED) =>
		linesOf("gc-with-warm-cache", "crontab", {
			...cron(command),
			"config.yml": config,
		});

	test.each<[string, number[]]>([
		[`docker exec r ${GC} ${CONFIG}`, [1]],
		[`docker exec r ${GC} --dry-run ${CONFIG}`, []],
		[
			`docker stop r && docker run --rm r ${GC} ${CONFIG} && docker start r`,
			[],
		],
		[`docker exec r ${GC} ${CONFIG} && docker restart r`, []],
		[`docker exec r ${GC} ${CONFIG} && echo cleaned up`, [1]],
		[`echo stop; docker exec r ${GC} ${CONFIG}`, [1]],
		// what is entered was not stopped, whatever else was
		[`docker stop n; docker exec r ${GC} ${CONFIG}; docker start n`, [1]],
		[`docker exec r ${GC} ${CONFIG} && docker restart n`, [1]],
		[`docker exec -u root r ${GC} ${CONFIG} && docker restart -t 9 r`, []],
		[`docker compose exec -T r ${GC} ${CONFIG}; docker compose restart`, []],
		[`systemctl stop r && registry garbage-collect ${CONFIG}`, []],
		[`docker rm -f r; docker run --rm r ${GC} ${CONFIG}`, []],
		[`docker compose rm -sf r; docker run --rm r ${GC} ${CONFIG}`, []],
		[`docker service scale r=0; docker run --rm r ${GC} ${CONFIG}`, []],
		[`docker service scale r=1; docker run --rm -f r ${GC} ${CONFIG}`, [1]],
	])("%s", (command, lines) => {
		expect(warm(command)).toEqual(lines);
		// without a cache nothing is remembered
		expect(warm(command, PLAIN)).toEqual([]);
	});

	test("a warning where the registry's configuration is not among the files", () => {
		const texts = cron(`docker exec r ${GC} ${CONFIG}`);
		expect(problemsOf(texts)).toEqual(["crontab:1 gc-with-warm-cache?"]);
		expect(reasonsOf("gc-with-warm-cache", texts)[0]).toContain(
			"whether it has a cache cannot be seen",
		);
	});

	test("each line of a crontab runs alone; a script and a unit as a whole", () => {
		const lines = ["docker stop r", `docker run r ${GC} ${CONFIG}`];
		expect(
			linesOf("gc-with-warm-cache", "crontab", {
				crontab: lines.map((each) => `0 3 * * 0 ${each}\n`).join(""),
				"config.yml": CACHED,
			}),
		).toEqual([2]);
		const script = `#!/bin/sh\n${lines.join("\n")}\n`;
		expect(problemsOf({ "gc.sh": script, "config.yml": CACHED })).toEqual([]);
	});

	test("a variable may begin the commands", () => {
		const script = (stop: string) =>
			problemsOf({
				"gc.sh": `#!/bin/sh\nDC="docker compose -f c.yml"\n${stop}\n$DC run --rm r garbage-collect ${CONFIG}\n`,
				"config.yml": CACHED,
			});
		expect(script("$DC stop r")).toEqual([]);
		expect(script("$DC pull r")).toEqual(["gc.sh:4 gc-with-warm-cache"]);
	});

	test.each([
		['dc() { docker compose -f c.yml "$@"; }', "dc stop r", []],
		['function dc {\n  exec docker compose \\\n "$@"\n}', "dc stop r", []],
		['dc() { docker compose -f c.yml "$@"; }', "dc pull r", ["it"]],
		['dc() { echo "$@"; }', "dc stop r", ["it"]],
		['dc() { docker compose "$@"; }', "adc stop r", ["it"]],
	])("a function may begin them: %j, %s", (dc, stop, lines) => {
		const script = `#!/bin/sh\n${dc}\nif true; then ${stop}; fi\n`;
		const found = linesOf("gc-with-warm-cache", "gc.sh", {
			"gc.sh": `${script}docker run --rm r garbage-collect ${CONFIG}\n`,
			"config.yml": CACHED,
		});
		const last = script.split("\n").length;
		expect(found).toEqual(lines.map(() => last));
	});

	test("a function that enters the container stops nothing", () => {
		const script = `#!/bin/sh\ndc() { docker compose "$@"; }\ndc exec -T r ${GC} ${CONFIG}\n`;
		const told = (last: string) =>
			problemsOf({ "gc.sh": `${script}${last}\n`, "config.yml": CACHED });
		expect(told("dc restart nginx")).toEqual(["gc.sh:3 gc-with-warm-cache"]);
		expect(told("dc restart r")).toEqual([]);
	});

	test("a script whose unit stops the registry", () => {
		const script = { "bin/gc": `#!/bin/sh\ndocker run r ${GC} ${CONFIG}\n` };
		const unit = (pre: string) => ({
			"gc.service": `[Service]\n${pre}ExecStart=/opt/bin/gc\n`,
			"config.yml": CACHED,
		});
		expect(
			problemsOf({ ...script, ...unit("ExecStartPre=docker stop r\n") }),
		).toEqual([]);
		expect(problemsOf({ ...script, ...unit("") })).toEqual([
			"bin/gc:2 gc-with-warm-cache",
		]);
	});
});

describe("gc-with-warm-cache, of which registry", () => {
	const service = (name: string) =>
		`  ${name}:\n    image: registry:2.8.3\n    healthcheck: {test: [CMD, x]}\n    volumes: ["./${name}.yml:${CONFIG}"]\n`;
	const set = (command: string, more = "") =>
		problemsOf({
			...cron(command),
			"c.yml": `services:\n${service("a")}${service("b")}${more}`,
			"a.yml": PLAIN,
			"b.yml": CACHED,
		});

	test("of the one that is named, and of any where none is", () => {
		expect(set(`docker exec a ${GC} ${CONFIG}`)).toEqual([]);
		expect(set(`docker exec b ${GC} ${CONFIG}`)).toEqual([
			"crontab:1 gc-with-warm-cache",
		]);
		expect(set(`docker exec $1 ${GC} ${CONFIG}`)).toEqual([
			"crontab:1 gc-with-warm-cache",
		]);
	});

	test("the key's old name, and a variable of the service", () => {
		const old = CACHED.replace("blobdescriptor", "layerinfo");
		const command = cron(`docker exec r ${GC} ${CONFIG}`);
		const found = ["crontab:1 gc-with-warm-cache"];
		expect(problemsOf({ ...command, "c.yml": old })).toEqual(found);
		const variable =
			"    environment: [REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR=redis]\n";
		expect(
			problemsOf({
				...command,
				"c.yml": `services:\n${service("a")}${variable}`,
				"a.yml": PLAIN,
			}),
		).toEqual(found);
	});

	test("a service that collects beside the others, and a label that a scheduler runs", () => {
		const gc = (more: string) =>
			set(
				"true",
				`  gc:\n    image: registry:2.8.3\n    command: garbage-collect c\n${more}`,
			);
		expect(gc("")).toEqual(["c.yml:12 gc-with-warm-cache"]);
		expect(gc("    profiles: [gc]\n")).toEqual([]);
		expect(
			set("true", `    labels: {ofelia.job-exec.gc.command: "${GC} c"}\n`),
		).toEqual(["c.yml:10 gc-with-warm-cache"]);
	});
});
