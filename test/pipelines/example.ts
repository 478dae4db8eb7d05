import { pipelinesProps } from "../../stacks/pipelines";
import { settings } from "../../stacks/settings";

if (!settings.pipelines) throw new Error("settings.pipelines: got none");
const { output: _, ...pipelines } = settings.pipelines;

/** What this installation says about its pipelines. */
export const props = pipelinesProps(settings, pipelines);
