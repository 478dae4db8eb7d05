// One file for jest: what these import is loaded once for all of them.
import "./image-contract.cases";
import "./resolve-pipelines.cases";
import "./workflows.cases";
