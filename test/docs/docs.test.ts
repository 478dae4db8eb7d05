// One file for jest: what these import is loaded once for all of them.
import "./commands.cases";
import "./links.cases";
import "./runbooks.cases";
