package main

import (
	"strings"
	"testing"

	"lockheld/sched"
)

// Wrong usage: one line on standard error that says what is wrong, exit code 2.
func TestWrongUsage(t *testing.T) {
	var strategies []string
	for _, e := range sched.Strategies() {
		strategies = append(strategies, e.Name)
	}
	strategyNames := strings.Join(strategies, ", ")
	for _, c := range []struct{ args, want string }{
		{"-nonsense", "flag provided but not defined: -nonsense (explore help shows the flags)"},
		{"-depth", "flag needs an argument: -depth (explore help shows the flags)"},
		{"-depth x", `invalid value "x" for flag -depth: parse error (explore help shows the flags)`},
		{"-seed -1", `invalid value "-1" for flag -seed: parse error (explore help shows the flags)`},
		{"-timeout 5", `invalid value "5" for flag -timeout: parse error (explore help shows the flags)`},
		{"-depth -1", "-depth is negative; 0 is no limit"},
		{"-n -1", "-n is negative; leave it out for no limit"},
		{"-n 0", "-n is 0; leave it out for no limit"},
		{"-timeout -1s", "-timeout is negative"},
		{"-timeout 0", "-timeout is 0; leave it out for no limit"},
		{"-preemptions -2", "-preemptions is below -1, which is no bound"},
		{"-preemptions 40000", "-preemptions is above 32767; -1 is no bound"},
		{"-memory 1", `invalid value "1" for flag -memory: a size is a number with KB, MB or GB behind it, such as 512MB (explore help shows the flags)`},
		{"-memory xMB", `invalid value "xMB" for flag -memory: a size is a number with KB, MB or GB behind it, such as 512MB (explore help shows the flags)`},
		{"-memory -1GB", `invalid value "-1GB" for flag -memory: a size is a number with KB, MB or GB behind it, such as 512MB (explore help shows the flags)`},
		{"-memory 0MB", `invalid value "0MB" for flag -memory: no memory at all is not enough (explore help shows the flags)`},
		{"-memory 9000000000GB", `invalid value "9000000000GB" for flag -memory: that is more than any machine has (explore help shows the flags)`},
		{"-memory 1GB -strategy random", "-memory is for strategies that keep states, random keeps none"},
		{"-strategy auto -preemptions 1", "-preemptions is for strategies that bound them, auto has no bound"},
		{"-strategy auto -symmetry", "-symmetry is for dpor, dfs and cache: auto weighs searches without it"},
		{"-strategy pct -symmetry", "-symmetry is for strategies that search, pct samples"},
		{"-j 0", "-j is less than 1"},
		{"-checkpoint=", "-checkpoint needs the name of a file"},
		{"-resume=", "-resume needs the name of a file"},
		{"-strategy cache -checkpoint x", "-checkpoint and -resume: a search by strategy cache cannot be saved"},
		{"-strategy auto -checkpoint x", "-checkpoint and -resume: a search by strategy auto cannot be saved"},
		{"-strategy dfs -symmetry -resume x", "-checkpoint and -resume: a search by symmetry cannot be saved"},
		{"-preemptions 0..3 -resume x", "-checkpoint and -resume take one bound of -preemptions, not a range"},
		{"-litmus x -outcomes -checkpoint x", "-outcomes and -checkpoint contradict each other: outcomes are not saved"},
		{"-litmus x -outcomes -resume x", "-outcomes and -resume contradict each other: outcomes are not saved"},
		{"-q -v", "-q and -v contradict each other"},
		{"-strategy dsf", `unknown strategy "dsf", did you mean dfs?`},
		{"-strategy foo", `unknown strategy "foo", there are: ` + strategyNames},
		{"-strategy=", `unknown strategy "", there are: ` + strategyNames},
		{"-strategy pct/0", `strategy "pct/0": the depth is "0", not a number from 1 to 64`},
		{"-strategy dfs/3", `unknown strategy "dfs/3"`},
		{"-format jsn", `unknown format "jsn", did you mean json?`},
		{"-json -format text", "-json and -format contradict each other"},
		{"-selfcheck -strategy dfs", "-selfcheck is for dpor without a bound on preemptions"},
		{"-selfcheck -preemptions 1", "-selfcheck is for dpor without a bound on preemptions"},
		{"-strategy random -preemptions 1", "-preemptions is for strategies that search, random samples"},
		{"-preemptions few", `invalid value "few" for flag -preemptions: it is no number and no range such as 0..3 (explore help shows the flags)`},
		{"-preemptions 0..", `invalid value "0.." for flag -preemptions: it is no number and no range such as 0..3 (explore help shows the flags)`},
		{"-preemptions 0..x", `invalid value "0..x" for flag -preemptions: it is no number and no range such as 0..3 (explore help shows the flags)`},
		{"-preemptions -1..3", `invalid value "-1..3" for flag -preemptions: the range begins below 0 (explore help shows the flags)`},
		{"-preemptions 3..1", `invalid value "3..1" for flag -preemptions: the range ends before it begins (explore help shows the flags)`},
		{"-preemptions 0..40000", "-preemptions is above 32767; -1 is no bound"},
		{"-scenario heaplock/1,,heaplock/2", `-scenario "heaplock/1,,heaplock/2" has an empty name`},
		{"-scenario heaplock/1,heaplock/1", "-scenario names heaplock/1 twice"},
		{"-scenario heaplock", `program "heaplock" has 0 numbers; it is heaplock/R`},
		{"-scenario heaplock/x", `program "heaplock/x": R is "x", not a number from 1 to 62`},
		{"-scenario heaplok/1", `unknown scenario "heaplok/1", did you mean heaplock/R?`},
		{"-scenario heaplock/1 -variant before", "heaplock/1 is a program, -variant and -property are for scenarios"},
		{"-scenario heaplock/1 -property P-SEARCH", "heaplock/1 is a program, -variant and -property are for scenarios"},
		{"-litmus x -scenario y", "-litmus and -scenario contradict each other"},
		{"-litmus x -variant y", "-variant is for scenarios, -litmus explores a file"},
		{"-litmus x -property y", "-property is for scenarios, -litmus explores a file"},
		{"-litmus nofile", "open nofile: no such file or directory"},
		{"-outcomes", "-outcomes needs -litmus"},
		{"-litmus=", "-litmus needs the name of a file"},
		{"-o=", "-o needs the name of a file"},
		{"-v list", `"list" comes before all flags`},
		{"-v heaplock/1", `unexpected argument "heaplock/1"`},
		{"heaplock/1", `unknown command "heaplock/1", there are: list, replay, conform, infer, audit, accept, coverage, help`},
		{"lst", `unknown command "lst", did you mean list?`},
		{"list", "list takes one of: scenarios, variants, bugs, properties, sites, strategies, programs, formats"},
		{"list site", `unknown list "site", did you mean sites?`},
		{"replay", "replay takes one token, or a file that contains one"},
		{"replay -seed 1 x", "flag provided but not defined: -seed (explore help shows the flags)"},
		{"replay -depth -1 x", "-depth is negative; 0 is no limit"},
		{"replay lh1:a", "damaged token: 2 fields, not 9"},
	} {
		var out, errs strings.Builder
		code := run(strings.Fields(c.args), strings.NewReader(""), &out, &errs)
		if code != exitUsage || out.String() != "" || errs.String() != "explore: "+c.want+"\n" {
			t.Errorf("explore %s\nexit code %d, standard output %q, standard error\n%swant\nexplore: %s",
				c.args, code, out.String(), errs.String(), c.want)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"-help"}} {
		var out, errs strings.Builder
		if code := run(args, nil, &out, &errs); code != exitOK || out.String() != manual() || errs.String() != "" {
			t.Errorf("explore %v: exit code %d, %d bytes, errors %q", args, code, out.Len(), errs.String())
		}
	}
}

// Each command tells its own part of the manual.
func TestHelpOfCommands(t *testing.T) {
	for _, name := range commandNames {
		if name == "help" {
			continue
		}
		for _, flag := range []string{"-h", "-help", "--help"} {
			var out, errs strings.Builder
			code := run([]string{name, flag}, nil, &out, &errs)
			lines := strings.Split(out.String(), "\n")
			if code != exitOK || errs.String() != "" || len(lines) < 5 || len(lines) > 30 ||
				!strings.HasPrefix(lines[0], "usage: explore "+name+" ") || !strings.HasPrefix(strings.ToLower(lines[2]), name+" ") {
				t.Errorf("explore %s %s: exit code %d, errors %q, output\n%s", name, flag, code, errs.String(), out.String())
			}
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"destroy-flush", "scavenge-window", "P-SEARCH", "dfs", "dpor"}
	for name, want := range map[string]string{
		"destroy-flsh": "destroy-flush", "destroy": "destroy-flush", "p-search": "P-SEARCH", "P-SERCH": "P-SEARCH",
		"dpr": "dpor", "dfs ": "dfs", "foo": "", "bar": "", "": "", "x": "", "completely different": "",
	} {
		if got := nearest(name, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"dsf", "dfs", 1}, {"ab", "ba", 1}, {"flaw", "lawn", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance of %q and %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
