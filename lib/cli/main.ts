/** The npm bin `cdktf-registry-guard`: all of the guard's commands. */
import "../guard/main";
