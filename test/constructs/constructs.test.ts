// One file for jest, so that cdktf and its providers are loaded once for all of them: a second of processor time each.
import "./duration.cases";
import "./guard-files.cases";
import "./integrity-alerts.cases";
import "./integrity-dashboard.cases";
import "./integrity-probe.cases";
import "./literal.cases";
import "./network-policy.cases";
import "./probe-env.cases";
import "./registry-credentials.cases";
import "./registry.cases";
