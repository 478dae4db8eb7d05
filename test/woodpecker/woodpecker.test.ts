// One file for jest: what these import is loaded once for all of them.
import "./expression.cases";
import "./installs-at-run-time.cases";
import "./lint.cases";
import "./render.cases";
import "./substitution.cases";
import "./merge-sequences.cases";
