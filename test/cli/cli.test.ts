import "./cli-reference.cases";
import "./lint.cases";
