// Preloaded (--require) into a program that is started as a pod would start it: HOST_ALIASES, a JSON object of name to
// address, stands in for the lines that the kubelet writes into /etc/hosts. Nothing but name resolution changes: TLS
// is still verified against the name.
const dns = require("node:dns");
const { syncBuiltinESMExports } = require("node:module");

const aliases = JSON.parse(process.env.HOST_ALIASES);
delete process.env.HOST_ALIASES;
const { lookup } = dns;
const lookupPromise = dns.promises.lookup;

dns.lookup = (name, options, callback) =>
	lookup(aliases[name] ?? name, options, callback);
dns.promises.lookup = (name, options) =>
	lookupPromise(aliases[name] ?? name, options);
syncBuiltinESMExports();
