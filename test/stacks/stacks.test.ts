// One file for jest, so that cdktf and its providers are loaded once for all of them: a second of processor time each.
import "./adopting.cases";
import "./alerts-stack.cases";
import "./backend.cases";
import "./check-settings.cases";
import "./compare-files.cases";
import "./lint-host.cases";
import "./module-ownership.cases";
import "./monitoring-module.cases";
import "./monitoring-stack.cases";
import "./runbooks.cases";
import "./synthesis.cases";
import "./watched.cases";
