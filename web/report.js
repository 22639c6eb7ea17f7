/*
 * The tables of the report: filter, sort, page, follow trails. The state of
 * a table stands in the page's hash (#findings?kind=us-ssn&below=dump.zip),
 * so that back, forward and links work. Evidence is put into the page as
 * text only, never as markup.
 */
"use strict";
(() => {
const words = data("words");
const PAGES = [50, 200, 1000];
const FOLD_AT = 9, FOLD_HEAD = 2, FOLD_TAIL = 5;

function data(id) {
	const at = document.getElementById("data-" + id);
	return at ? JSON.parse(at.textContent) : null;
}

function make(name, attributes, ...children) {
	const at = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		if (key.startsWith("on")) at.addEventListener(key.slice(2), value);
		else if (value !== null && value !== false) at.setAttribute(key, value === true ? "" : value);
	at.append(...children.filter(child => child !== null && child !== undefined));
	return at;
}

/* ---- text from evidence ---- */

/* Controls and what hides or reorders text: spelled out, as in base/visible.h. */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
function spell(c) {
	const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[c];
	const n = c.codePointAt(0);
	return short || (n < 0x80 ? "\\x" + n.toString(16).padStart(2, "0") : n > 0xffff ? "\\U" + n.toString(16).padStart(8, "0") : "\\u" + n.toString(16).padStart(4, "0"));
}
function visible(text) {
	const out = document.createDocumentFragment();
	let from = 0;
	for (const hit of String(text).matchAll(STEERING)) {
		out.append(text.slice(from, hit.index), make("span", { class: "spelled" }, spell(hit[0])));
		from = hit.index + hit[0].length;
	}
	out.append(String(text).slice(from));
	return out;
}
function plain(text) {
	return make("span", { class: "cell" }, visible(text));
}
function mono(text) {
	return make("span", { class: "cell value" }, visible(text));
}
function number(n) {
	return Number(n).toLocaleString("en-US");
}
function kindWords(kind) {
	return words.kinds[kind] ? words.kinds[kind][0] : kind;
}
function small(n) {
	return n === null ? "" : n === 0 ? "0" : n < 0.001 ? n.toExponential(1) : String(Math.round(n * 1e4) / 1e4);
}
function percent(share) {
	return share === null ? "" : share > 0 && share < 0.001 ? "< 0.1 %" : (Math.floor(share * 1000) / 10) + " %";
}

/* ---- trails ---- */

function trailParts(trail) {
	const parts = [];
	let from = 0;
	for (const hit of trail.matchAll(/\/+/g)) {
		if (hit.index === 0) continue;
		parts.push({ name: trail.slice(from, hit.index), below: trail.slice(0, hit.index), join: hit[0] });
		from = hit.index + hit[0].length;
	}
	parts.push({ name: trail.slice(from), below: trail, join: "" });
	return parts;
}
function trailPart(part, isLast) {
	const link = make("a", { href: hashOf("findings", { below: part.below }), title: "All findings " + (isLast ? "in and " : "") + "below this" }, visible(part.name));
	return part.join ? [link, make("span", { class: part.join.length > 1 ? "enter" : "join" }, part.join), document.createElement("wbr")] : [link];
}
function trailView(trail) {
	if (trail === null) return "";
	const parts = trailParts(trail), at = make("span", { class: "trail" });
	const shown = parts.map((part, i) => trailPart(part, i === parts.length - 1));
	if (parts.length <= FOLD_AT) {
		at.append(...shown.flat());
		return at;
	}
	const middle = shown.slice(FOLD_HEAD, -FOLD_TAIL).flat();
	const unfold = make("button", { type: "button", onclick: () => unfold.replaceWith(...middle) }, "… " + (parts.length - FOLD_HEAD - FOLD_TAIL) + " more …");
	at.append(...shown.slice(0, FOLD_HEAD).flat(), unfold, ...shown.slice(-FOLD_TAIL).flat());
	return at;
}

function whereView(where) {
	if (!where) return "";
	const said = [];
	if (where.page) said.push("page " + where.page);
	if (where.sheet) said.push("sheet " + where.sheet);
	if (where.row) said.push("row " + where.row + ", column " + where.column);
	else if (where.end) said.push({ raw: "bytes ", text: "text ", ocr: "recognised text ", row: "bytes " }[where.space] + number(where.start) + " to " + number(where.end));
	return said.join(", ");
}

function chips(list) {
	return make("span", { class: "chips" }, ...(list || "").split(";").filter(Boolean).map(kind => make("span", { class: "chip" }, kindWords(kind))));
}
/* A person is named where the table of people holds the row. */
function personLink(id) {
	return id ? make("a", { href: hashOf("people", { person: id }) }, visible(names.get(id) || "one person")) : "";
}

/* ---- the tables ---- */

const TABLES = {
	people: {
		noun: "people", keep: ["q", "kind", "person"],
		columns: [
			{ key: "name", label: "name", view: row => plain(row.name || "(no name)") },
			{ key: "birth_date", label: "born", view: row => mono(row.birth_date || "") },
			{ key: "emails", label: "e-mail", view: row => plain(row.emails || "") },
			{ key: "residence", label: "residence", view: row => plain(row.residence || "") },
			{ key: "elements", label: "what is exposed", view: row => chips(row.elements) },
			{ key: "items", label: "items", isNumber: true, view: row => make("a", { href: hashOf("findings", { person: row.person_id }), title: "Findings of this person" }, number(row.items)) },
		],
		more: [["other names", "other_names"], ["phones", "phones"], ["address", "address"], ["address known for", "address_date"],
			["basis of residence", "residence_basis"], ["first found in", "first_item"], ["merged because", "merge_reason"],
			["contradictions", "conflicts"], ["rules triggered", "rules_triggered"], ["id", "person_id"]],
		wants: (row, filter) => (!filter.kind || (row.elements || "").split(";").includes(filter.kind)) && (!filter.person || row.person_id === filter.person),
		selects: rows => [{ key: "kind", label: "exposed", options: kindOptions(rows.flatMap(row => (row.elements || "").split(";").filter(Boolean)), "people") }],
	},
	findings: {
		noun: "findings", keep: ["q", "class", "kind", "sure", "below", "person"],
		columns: [
			{ key: "kind", label: "kind", view: row => make("span", {}, kindWords(row.kind), row.confidence < 0.5 ? make("span", { class: "chip weak" }, "weaker") : null) },
			{ key: "value", label: "value", view: row => mono(row.value === null ? "" : row.value) },
			{ key: "item", label: "where", view: row => make("div", {}, trailView(row.item), make("div", { class: "small" }, visible(whereView(row.where)))) },
			{ key: "confidence", label: "confidence", isNumber: true, view: row => row.confidence.toFixed(2) },
			{ key: "person", label: "person", view: row => personLink(row.person) },
		],
		more: [["context", "context"], ["rule", row => row.proof.rule], ["verified", row => row.proof.checks.join("; ")],
			["chance of random data", row => small(row.proof.chance)], ["id", "id"]],
		wants: (row, filter) => (filter.sure === "all" || (row.confidence < 0.5) === (filter.sure === "weak")) && (!filter.kind || row.kind === filter.kind) &&
			(!filter.class || row.class === filter.class) && (!filter.person || row.person === filter.person) && isBelow(row.item, filter.below),
		selects: rows => [
			{ key: "sure", label: "certainty", options: [["", "asserted (0.5 and more)"], ["weak", "weaker, not counted"], ["all", "both"]] },
			{ key: "class", label: "class", options: [["", "all"], ...Object.entries(words.classes).filter(([c]) => rows.some(row => row.class === c))] },
			{ key: "kind", label: "kind", options: kindOptions(rows.map(row => row.kind), "rows") },
		],
	},
	unread: {
		noun: "items", keep: ["q", "status", "below"],
		columns: [
			{ key: "status", label: "state", view: row => row.status },
			{ key: "item", label: "item", view: row => trailView(row.item) },
			{ key: "reason", label: "reason", view: row => plain(row.reason || "") },
			{ key: "type", label: "type", view: row => mono(row.type || "") },
			{ key: "size", label: "bytes", isNumber: true, view: row => row.size === null ? "" : number(row.size) },
		],
		more: [["SHA-256", "sha256"], ["inside", "parent"], ["modified", "modified"]],
		wants: (row, filter) => (!filter.status || row.status === filter.status) && isBelow(row.item, filter.below),
		selects: rows => [{ key: "status", label: "state", options: [["", "all"], ...[...new Set(rows.map(row => row.status))].sort().map(s => [s, s])] }],
	},
	matches: {
		noun: "matches", keep: ["q", "relation", "below"],
		columns: [
			{ key: "item", label: "item", view: row => trailView(row.item) },
			{ key: "relation", label: "relation", view: row => row.relation },
			{ key: "registered", label: "registered as", view: row => mono(row.registered) },
			{ key: "share_of_item", label: "share of item", isNumber: true, view: row => percent(row.share_of_item) },
			{ key: "share_of_registered", label: "share of registered", isNumber: true, view: row => percent(row.share_of_registered) },
			{ key: "recipient", label: "recipient", view: row => plain(row.recipient || "") },
		],
		more: [["chance", row => small(row.chance)], ["likelihood ratio", row => small(row.likelihood_ratio)],
			["runs", row => row.runs ? row.runs.length + ": " + row.runs.slice(0, 20).map(run => number(run.length) + " bytes at " + number(run.item_start) + (run.exact ? "" : " (at least)")).join("; ") : ""]],
		wants: (row, filter) => (!filter.relation || row.relation === filter.relation) && isBelow(row.item, filter.below),
		selects: rows => [{ key: "relation", label: "relation", options: [["", "all"], ...[...new Set(rows.map(row => row.relation))].sort().map(s => [s, s])] }],
	},
	departures: {
		noun: "departures", keep: ["q"],
		columns: [
			{ key: "host", label: "host", view: row => mono(row.host) },
			{ key: "destination", label: "destination", view: row => mono(row.destination) },
			{ key: "service", label: "service", view: row => plain(row.service || "") },
			{ key: "bytes_out", label: "bytes out", isNumber: true, view: row => number(row.bytes_out) },
			{ key: "first", label: "first", view: row => row.first || "" },
			{ key: "last", label: "last", view: row => row.last || "" },
			{ key: "alarm", label: "alarm", view: row => row.alarm ? "yes" : "" },
		],
		more: [["why", row => (row.why || []).join("; ")], ["bytes in", "bytes_in"], ["bytes at alarm", "bytes_at_alarm"],
			["share not seen (encrypted)", row => percent(row.unseen_share)], ["documents", row => (row.documents || []).join("; ")]],
		wants: () => true, selects: () => [],
	},
};

function isBelow(item, below) {
	return !below || item === below || (item.startsWith(below) && item[below.length] === "/");
}
function kindOptions(kinds, noun) {
	const counts = new Map();
	for (const kind of kinds) counts.set(kind, (counts.get(kind) || 0) + 1);
	const named = [...counts].sort((a, b) => kindWords(a[0]).localeCompare(kindWords(b[0])));
	return [["", "all"], ...named.map(([kind, n]) => [kind, kindWords(kind) + " (" + number(n) + ")"])];
}

/* Rows as objects; an item of null is that of the row before. What is searched in is joined once. */
function takeRows(set) {
	let item = null;
	return set.rows.map(cells => {
		const row = {};
		set.fields.forEach((field, i) => { row[field] = cells[i]; });
		if ("item" in row) item = row.item = row.item === null ? item : row.item;
		row.sought = cells.map(c => c === null ? "" : typeof c === "object" ? JSON.stringify(c) : String(c)).join("\n").toLowerCase() +
			("item" in row ? "\n" + String(item).toLowerCase() : "") + (row.kind ? "\n" + kindWords(row.kind).toLowerCase() : "");
		return row;
	});
}

function hashOf(id, filter) {
	const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== "" && value !== undefined && value !== null));
	return "#" + id + (query.size || [...query].length ? "?" + query : "");
}
function hashRead() {
	const [id, query] = location.hash.slice(1).split(/\?(.*)/s);
	return { id, filter: Object.fromEntries(new URLSearchParams(query || "")) };
}

class Table {
	constructor(id, at, set) {
		Object.assign(this, { id, at, spec: TABLES[id], rows: takeRows(set), all: set.all, filter: {}, typed: 0 });
		this.limit = set.limit;
		this.build();
		this.show();
	}

	build() {
		const change = (key, value) => this.go({ ...this.filter, [key]: value, page: "" });
		this.search = make("input", { type: "search", "aria-label": "Search in " + this.spec.noun, spellcheck: "false", autocomplete: "off", oninput: () => {
			clearTimeout(this.typed);
			this.typed = setTimeout(() => change("q", this.search.value), 200);
		} });
		this.selects = this.spec.selects(this.rows).map(select => ({ key: select.key, at: make("select", { onchange: event => change(select.key, event.target.value) },
			...select.options.map(([value, label]) => make("option", { value }, label))), label: select.label }));
		this.size = make("select", { "aria-label": "Rows on a page", onchange: event => change("size", event.target.value) }, ...PAGES.map(n => make("option", { value: n }, n + " rows")));
		const labels = this.selects.map(select => make("label", {}, select.label, select.at));
		this.clear = make("button", { type: "button", onclick: () => this.go({}) }, "Show all");
		this.below = make("div", { class: "below", hidden: true });
		this.counted = make("p", { class: "counted", role: "status", "aria-live": "polite" });
		this.body = make("tbody");
		this.heads = this.spec.columns.map(column => make("th", { scope: "col", class: column.isNumber ? "n" : null },
			make("button", { type: "button", onclick: () => this.sortBy(column.key) }, column.label)));
		const table = make("table", {}, make("caption", { class: "hidden" }, this.spec.noun), make("thead", {}, make("tr", {}, ...this.heads, make("th", { scope: "col" }, make("span", { class: "hidden" }, "details")))), this.body);
		this.before = make("button", { type: "button", onclick: () => this.turn(-1) }, "Previous");
		this.after = make("button", { type: "button", onclick: () => this.turn(1) }, "Next");
		this.where = make("span");
		this.at.append(make("div", { class: "controls", role: "search" }, make("label", {}, "search", this.search), ...labels, this.clear), this.below, this.counted,
			make("div", { class: "scroll" }, table), make("div", { class: "pager" }, this.before, this.where, this.after, this.size));
	}

	go(filter) {
		const hash = hashOf(this.id, filter);
		if (location.hash !== hash) history.pushState(null, "", hash);
		this.set(filter);
	}
	set(filter) {
		this.filter = filter;
		this.show();
	}
	sortBy(key) {
		const isUp = this.filter.sort === key;
		this.go({ ...this.filter, sort: isUp ? "-" + key : key, page: "" });
	}
	turn(by) {
		this.go({ ...this.filter, page: String(this.page + by + 1) });
		this.at.scrollIntoView();
	}

	chosen() {
		const sought = (this.filter.q || "").toLowerCase();
		const rows = this.rows.filter(row => this.spec.wants(row, this.filter) && (!sought || row.sought.includes(sought)));
		const key = (this.filter.sort || "").replace(/^-/, "");
		const column = this.spec.columns.find(c => c.key === key);
		if (!column) return rows;
		const sign = this.filter.sort[0] === "-" ? -1 : 1;
		return rows.sort((a, b) => sign * (column.isNumber ? (a[key] ?? -1) - (b[key] ?? -1) : String(a[key] ?? "").localeCompare(String(b[key] ?? ""))));
	}

	show() {
		const rows = this.chosen(), size = Number(this.filter.size) || PAGES[0];
		const pages = Math.max(1, Math.ceil(rows.length / size));
		this.page = Math.min(pages - 1, Math.max(0, (Number(this.filter.page) || 1) - 1));
		const from = this.page * size;
		this.body.replaceChildren(...rows.slice(from, from + size).map(row => this.rowView(row)));
		if (!rows.length) this.body.append(make("tr", {}, make("td", { colspan: this.spec.columns.length + 1 }, this.rows.length ? "No row fits these filters." : "None.")));
		this.where.textContent = "page " + number(this.page + 1) + " of " + number(pages);
		this.before.disabled = this.page === 0;
		this.after.disabled = this.page === pages - 1;
		this.showControls();
		this.counted.textContent = this.countWords(rows.length, from, Math.min(from + size, rows.length));
	}

	countWords(count, from, to) {
		const rows = count === 0 ? "No " + this.spec.noun : (count > to - from ? "Rows " + number(from + 1) + " to " + number(to) + " of " : "") + number(count) + " " + this.spec.noun;
		const isCut = this.all > this.rows.length;
		const cut = !isCut ? "" : " This file holds " + number(this.rows.length) + " of " + number(this.all) + " " + this.spec.noun +
			(this.limit ? ": of each kind the first " + number(this.limit) + " in the order of trails" : "") + ". strandline export writes all.";
		return rows + (this.isFiltered() ? " with these filters." : ".") + cut;
	}
	isFiltered() {
		return this.spec.keep.some(key => this.filter[key]);
	}

	showControls() {
		if (document.activeElement !== this.search) this.search.value = this.filter.q || "";
		for (const select of this.selects) select.at.value = this.filter[select.key] || "";
		this.size.value = this.filter.size || PAGES[0];
		this.clear.disabled = !this.isFiltered();
		this.heads.forEach((head, i) => {
			const key = this.spec.columns[i].key;
			head.setAttribute("aria-sort", this.filter.sort === key ? "ascending" : this.filter.sort === "-" + key ? "descending" : "none");
		});
		const drop = key => make("button", { type: "button", onclick: () => this.go({ ...this.filter, [key]: "", page: "" }) }, "remove");
		const said = [];
		if (this.filter.below) said.push("In and below ", trailView(this.filter.below), drop("below"));
		if (this.filter.person && this.id === "findings") said.push(make("a", { href: hashOf("people", { person: this.filter.person }) }, "Of one person"), drop("person"));
		if (this.filter.person && this.id === "people") said.push("One person. ", make("a", { href: hashOf("findings", { person: this.filter.person }) }, "Findings of this person"), drop("person"));
		this.below.replaceChildren(...said);
		this.below.hidden = !said.length;
	}

	rowView(row) {
		const more = make("button", { type: "button", "aria-expanded": "false", onclick: () => this.toggle(line, more, row) }, "details");
		const line = make("tr", {}, ...this.spec.columns.map(column => make("td", { class: column.isNumber ? "n" : null, "data-label": column.label }, column.view(row))), make("td", {}, more));
		return line;
	}
	toggle(line, more, row) {
		const isOpen = more.getAttribute("aria-expanded") === "true";
		more.setAttribute("aria-expanded", String(!isOpen));
		if (isOpen) { line.nextSibling.remove(); return; }
		const list = make("dl");
		for (const [label, take] of this.spec.more) {
			const value = typeof take === "function" ? take(row) : row[take];
			if (value === null || value === undefined || value === "") continue;
			const isTrail = take === "first_item" || take === "parent";
			list.append(make("dt", {}, label), make("dd", {}, isTrail ? trailView(value) : plain(String(value))));
		}
		line.after(make("tr", { class: "more" }, make("td", { colspan: this.spec.columns.length + 1 }, list)));
	}
}

/* ---- start ---- */

const tables = {}, names = new Map();
for (const row of takeRows(data("people"))) names.set(row.person_id, row.name);
for (const at of document.querySelectorAll("[data-table]")) {
	const id = at.dataset.table, set = data(id);
	if (set && (set.rows.length || !["matches", "departures"].includes(id))) tables[id] = new Table(id, at, set);
}
for (const at of document.querySelectorAll("[data-for]"))
	at.hidden = !tables[at.dataset.for];

function follow() {
	const { id, filter } = hashRead();
	if (tables[id]) tables[id].set(filter);
	const section = document.getElementById(id);
	if (section) section.scrollIntoView();
}
addEventListener("hashchange", follow);
addEventListener("popstate", follow);
if (location.hash) follow();
document.documentElement.dataset.ready = "yes";
})();
