// One file for jest: what these import is loaded once for all of them.
import "./digest.cases";
import "./fuzz.cases";
import "./headers.cases";
import "./limiter.cases";
import "./manifest.cases";
import "./reference.cases";
import "./successors.cases";
