import {
	type Alias,
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	visit,
	type YAMLSeq,
} from "yaml";

/** Lists that name lists twice double at each level. */
const MAX_ITEMS = 10_000;

/**
 * Woodpecker's own extension of YAML: an item `<<: *list`, or `<<: [*a, *b]`, of a list stands for the items of the lists
 * that it names (codeberg.org/6543/xyaml; seen in Woodpecker's own workflows). Those items are put in its place.
 *
 * @throws Error for such an item that names something else than lists, and for more items than anybody writes.
 */
export function mergeSequences(document: Document): void {
	let merged = 0;
	visit(document, {
		Seq(_, list) {
			list.items = list.items.flatMap((item) => {
				const named = mergedLists(item);
				if (!named) return [item];
				const items = named.flatMap((alias) => itemsOf(alias, document));
				merged += items.length;
				if (merged > MAX_ITEMS)
					throw new Error(
						`<< in lists: got more than ${MAX_ITEMS} items, wanted fewer`,
					);
				return items;
			});
		},
	});
}

/** The aliases of an item `<<: ...` of a list; undefined: an item like any other. */
function mergedLists(item: unknown): readonly unknown[] | undefined {
	if (!isMap(item) || item.items.length !== 1) return undefined;
	const [pair] = item.items;
	if (!isScalar(pair?.key) || pair.key.source !== "<<") return undefined;
	return isSeq(pair.value) ? pair.value.items : [pair.value];
}

function itemsOf(alias: unknown, document: Document): YAMLSeq["items"] {
	const list = isAlias(alias) && (alias as Alias).resolve(document);
	if (!isSeq(list))
		throw new Error(
			"<< in a list: got no alias of a list, wanted *name of one",
		);
	return list.items;
}
