// One file for jest: what these import is loaded once for all of them.
import "./config.cases";
import "./contract.cases";
import "./glob.cases";
import "./judge.cases";
import "./metrics.cases";
import "./repair.cases";
import "./report.cases";
import "./rotation.cases";
import "./scheduler.cases";
import "./shard.cases";
import "./stoppable-client.cases";
import "./untrusted.cases";
import "./used-images.cases";
