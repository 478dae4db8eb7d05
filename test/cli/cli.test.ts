import "./cli-reference.cases";
import "./lint-includes.cases";
import "./lint.cases";
