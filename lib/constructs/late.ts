import { Lazy } from "cdktf";

/**
 * A reference that is made at synth time. Made in a constructor it would freeze the logical id of what it points to, and
 * `overrideLogicalId` would silently do nothing.
 */
export function late(reference: () => string): string {
	return Lazy.stringValue({ produce: reference });
}
