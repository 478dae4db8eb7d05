import { GENERATED, type HostFile, vmFile } from "./host-file";
import type { HostRegistry, HostTls } from "./host-registry";
import { type NginxLine, renderNginx } from "./nginx-block";
import type { RegistryHost } from "./registry-host";

/**
 * `nginx.conf`. Every address is asked for again while nginx runs: one literal name in a proxy_pass anywhere, or one
 * upstream group, and nginx would stay with the address that it saw at its start, and serve another registry's content
 * after a restart of the containers.
 */
export function nginxFile(host: RegistryHost): HostFile {
	const { nginx, registries, base } = host;
	const { user, pid, errorLog } = nginx;
	return vmFile(
		`${base}/nginx.conf`,
		renderNginx([
			`# ${GENERATED}`,
			...(user === false ? [] : [`user ${user};`]),
			"worker_processes auto;",
			"worker_rlimit_nofile 16384;",
			`pid ${pid};`,
			`error_log ${errorLog} warn;`,
			"",
			["events", ["worker_connections 4096;"]],
			"",
			[
				"http",
				[
					...common(host),
					...registries.flatMap((each) => ["", registryServer(each, host)]),
					...registries.flatMap((each) => metricsServer(each, host)),
					...uiServer(host),
					...exporterServer(host),
					...(nginx.snippet.length > 0 ? ["", ...nginx.snippet] : []),
				],
			],
		]),
	);
}

function common({ nginx }: RegistryHost): NginxLine[] {
	const { resolver, resolverValid, accessLog, folder, cache, timeout } = nginx;
	return [
		"server_tokens off;",
		"log_format registry '$remote_addr :$server_port [$time_iso8601] \"$request_method $uri\" $status $body_bytes_sent '",
		"    'upstream=$upstream_addr cache=$upstream_cache_status time=$request_time';",
		`access_log ${accessLog} registry;`,
		"",
		`resolver ${resolver} valid=${resolverValid} ipv6=off;`,
		"resolver_timeout 5s;",
		"",
		"# uploads and downloads of any size, streamed: neither is kept in a file first",
		"client_max_body_size 0;",
		"proxy_request_buffering off;",
		"proxy_max_temp_file_size 0;",
		"proxy_http_version 1.1;",
		"proxy_connect_timeout 10s;",
		`proxy_read_timeout ${timeout};`,
		`proxy_send_timeout ${timeout};`,
		`send_timeout ${timeout};`,
		`client_body_timeout ${timeout};`,
		"",
		"# $http_host, not $host: the registry makes Location and token realm of it, and they need the port",
		"proxy_set_header Host $http_host;",
		"proxy_set_header X-Real-IP $remote_addr;",
		"proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
		"proxy_set_header X-Forwarded-Proto $scheme;",
		"proxy_set_header X-Forwarded-Host $http_host;",
		"# the registry believes this one before the others",
		'proxy_set_header Forwarded "";',
		'proxy_set_header Connection "";',
		"proxy_redirect off;",
		"",
		...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
			(what) => `${what}_temp_path ${folder}/${what}_temp;`,
		),
		`proxy_cache_path ${cache.folder} levels=1:2 use_temp_path=off keys_zone=blobs:${cache.zone} max_size=${cache.max} inactive=${cache.inactive};`,
		"",
		"# a question about a blob is for the registry: answered from the cache it would hide what is lost",
		["map $request_method $not_get", ["GET 0;", "default 1;"]],
		"# without a length nobody can tell a whole body from one that broke off; nothing at all is what a full disk left of a layer",
		[
			"map $upstream_http_content_length $no_length",
			['"" 1;', "0 1;", "default 0;"],
		],
	];
}

function registryServer(registry: HostRegistry, host: RegistryHost): NginxLine {
	const { service, kind, port, tls, backendPort, htpasswd } = registry;
	const { cacheBlobs, nginxSnippet = [] } = registry;
	// a cache is filled by what it pulls: nobody writes to it or deletes from it
	const readOnly: NginxLine[] =
		kind === "pull-through" ? [["limit_except GET", ["deny all;"]]] : [];
	const pass = `proxy_pass http://$registry:${backendPort};`;
	return [
		"server",
		[
			...listen(port, tls, host),
			`set $registry ${service};`,
			"",
			...healthz(pass, htpasswd !== false),
			"",
			["location /v2/", [...readOnly, pass]],
			...(cacheBlobs
				? ["", blobs(registry.name, host, [...readOnly, pass])]
				: []),
			"",
			["location /", ["return 404;"]],
			...(nginxSnippet.length > 0 ? ["", ...nginxSnippet] : []),
		],
	];
}

/** A blob never changes under its digest, so it may be kept; anything but a whole 200 never is. */
function blobs(
	name: string,
	{ nginx: { cache } }: RegistryHost,
	rest: readonly NginxLine[],
): NginxLine {
	return [
		'location ~ "^/v2/.+/blobs/sha256:[0-9a-f]{64}$"',
		[
			"proxy_cache blobs;",
			// with the registry's name: what one of them serves is never given out as another's
			`proxy_cache_key "${name} $uri";`,
			"proxy_cache_methods GET;",
			"proxy_cache_convert_head off;",
			"proxy_cache_bypass $not_get;",
			"proxy_no_cache $not_get $no_length;",
			`proxy_cache_min_uses ${cache.minUses};`,
			"proxy_cache_lock on;",
			`proxy_cache_lock_timeout ${cache.lock};`,
			`proxy_cache_lock_age ${cache.lock};`,
			"# only this line says what is kept: a max-age on an error page does not",
			`proxy_cache_valid 200 ${cache.valid};`,
			"proxy_ignore_headers Cache-Control Expires X-Accel-Expires Set-Cookie Vary;",
			"proxy_cache_use_stale off;",
			"add_header X-Cache-Status $upstream_cache_status always;",
			...rest,
		],
	];
}

/** Asks the registry behind this very port; one that wants a login lives. */
function healthz(pass: string, asksForLogin: boolean): NginxLine[] {
	return [
		[
			"location = /healthz",
			[
				"access_log off;",
				"proxy_connect_timeout 3s;",
				"proxy_read_timeout 5s;",
				...(asksForLogin
					? ["proxy_intercept_errors on;", "error_page 401 = @alive;"]
					: []),
				"rewrite ^ /v2/ break;",
				pass,
			],
		],
		...(asksForLogin ? ([["location @alive", ["return 200;"]]] as const) : []),
	];
}

function metricsServer(
	{ service, metrics }: HostRegistry,
	host: RegistryHost,
): NginxLine[] {
	if (!metrics) return [];
	return [
		"",
		[
			"server",
			[
				...listen(metrics.port, false, host),
				`set $registry ${service};`,
				"",
				...alive(),
				"",
				"# the same port of the registry serves its variables and profiles too: only this path leaves it",
				[
					"location = /metrics",
					[
						...allow(metrics.allow),
						`proxy_pass http://$registry:${metrics.port};`,
					],
				],
				"",
				["location /", ["return 404;"]],
			],
		],
	];
}

function uiServer(host: RegistryHost): NginxLine[] {
	const { ui } = host;
	if (!ui) return [];
	const access = ui.allow.length > 0 ? allow(ui.allow) : [];
	return [
		"",
		[
			"server",
			[
				...listen(ui.port, ui.tls, host),
				`set $registry ${ui.registry.service};`,
				"set $ui registry-ui;",
				"",
				...alive(),
				"",
				[
					"location /v2/",
					[
						...access,
						["limit_except GET", ["deny all;"]],
						`proxy_pass http://$registry:${ui.registry.backendPort};`,
					],
				],
				"",
				["location /", [...access, `proxy_pass http://$ui:${ui.backendPort};`]],
			],
		],
	];
}

function exporterServer(host: RegistryHost): NginxLine[] {
	const { nodeExporter } = host;
	if (!nodeExporter) return [];
	const { port } = nodeExporter;
	return [
		"",
		[
			"server",
			[
				...listen(port, false, host),
				"set $exporter node-exporter;",
				"",
				...alive(),
				"",
				[
					"location = /metrics",
					[
						...allow(nodeExporter.allow),
						`proxy_pass http://$exporter:${port};`,
					],
				],
				"",
				["location /", ["return 404;"]],
			],
		],
	];
}

function listen(
	port: number,
	tls: HostTls | false,
	{ nginx }: RegistryHost,
): NginxLine[] {
	const address = nginx.listen ? `${nginx.listen}:${port}` : `${port}`;
	if (!tls) return [`listen ${address};`];
	return [
		`listen ${address} ssl;`,
		`ssl_certificate ${tls.certificate};`,
		`ssl_certificate_key ${tls.key};`,
		`ssl_protocols ${nginx.tlsProtocols.join(" ")};`,
		"ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
		"ssl_session_cache shared:tls:10m;",
		"ssl_session_timeout 1d;",
		"ssl_session_tickets off;",
	];
}

/** nginx itself answers on this port. */
function alive(): NginxLine[] {
	return [["location = /healthz", ["access_log off;", "return 200;"]]];
}

function allow(networks: readonly string[]): NginxLine[] {
	return [...networks.map((each) => `allow ${each};`), "deny all;"];
}
