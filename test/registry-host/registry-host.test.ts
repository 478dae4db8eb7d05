import "./host.cases";
import "./compose.cases";
import "./nginx.cases";
import "./config.cases";
import "./hosts-toml.cases";
import "./bundle.cases";
import "./units.cases";
import "./lint.cases";
