// One file for jest: what these import is loaded once for all of them.
import "./drift-alerts.cases";
import "./host-alerts.cases";
import "./integrity-alerts.cases";
import "./renderers.cases";
import "./rule-tests.cases";
import "./schedule.cases";
