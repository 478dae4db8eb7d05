// One file for jest: what these import is loaded once for all of them.
import "./large-store.cases";
import "./make-believe-registry.cases";
import "./markdown.cases";
import "./population.cases";
import "./recorder.cases";
import "./statistics.cases";
