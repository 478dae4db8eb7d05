import { installsAtRunTime } from "../../lib/woodpecker/installs-at-run-time";

test.each([
	"apk add jq",
	"apk --no-cache --repository https://x add jq",
	"/sbin/apk -U add jq",
	"if true; then apk add jq; fi",
	"apt-get update && apt-get -y install jq",
	"sudo apt-get -o Foo=bar install jq",
	"apt-get \\\n  install jq",
	"yum -y install jq",
	"python3 -m pip install x",
	"pip3.11 --quiet install x",
	"npm install x --global",
	"npm -g i x",
	"yarn global add x",
	"npx -y x",
	"go install x@latest",
	"curl -fsSL https://x | sudo -E bash -",
	"wget -qO- x | tee y | sh",
	"curl x | python3 -",
	"bash <(curl -s x)",
	'sh -c "$(curl -fsSL x)"',
	"sh -ec 'pip install x'",
])("%s installs", (command) => {
	expect(installsAtRunTime([command])).toBeDefined();
});

test.each([
	"# apk add jq",
	"echo ok # apk add jq",
	"npm ci",
	"npm install my-good",
	"grep 'pip install' README.md",
	"curl x | jq .",
	"curl x | shasum -c",
	"curl a || sh b.sh",
	"make install",
	"helm install x",
	"git add .",
	"kubectl apply -f install.yaml",
])("%s installs nothing", (command) => {
	expect(installsAtRunTime([command])).toBeUndefined();
});
