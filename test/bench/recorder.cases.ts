import { startRecorder } from "../../bench/recorder";
import { startEmbeddedRegistry } from "../support/embedded-registry";
import { image, MEDIA } from "../support/images";
import { send } from "../support/push";

test("a recorder passes everything on and writes it down in order", async () => {
	const registry = await startEmbeddedRegistry();
	const content = image("a");
	registry.store.put("app", content, "v1");
	const recorder = await startRecorder(registry.origin);
	try {
		const path = "/v2/app/manifests/v1";
		const accept = { accept: MEDIA.ociManifest };
		const through = await send(recorder, "GET", path, undefined, accept);
		expect(through.body).toEqual(content.manifests.get(content.root)?.bytes);
		expect(through.headers["docker-content-digest"]).toBe(content.root);
		await send(recorder, "HEAD", "/v2/app/blobs/sha256:0?x=y");
		expect(recorder.recorded).toMatchObject([
			{ method: "GET", path, headers: accept, status: 200 },
			{ method: "HEAD", path: "/v2/app/blobs/sha256:0?x=y", status: 404 },
		]);
		expect(Object.keys(recorder.recorded[0]?.headers ?? {})).not.toContain(
			"host",
		);
	} finally {
		await recorder.close();
		await registry.close();
	}
});
