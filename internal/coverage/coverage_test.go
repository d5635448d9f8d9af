package coverage

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/properties"
	"lockheld/sched"
)

var update = flag.Bool("update", false, "rewrite testdata/coverage.txt")

// everything is the coverage of all scenarios, found once.
var everything = sync.OnceValues(func() (*Coverage, error) {
	c := New("go1.16")
	for _, name := range Scenarios() {
		if err := c.Explore(context.Background(), name, sched.Options{Strategy: "dfs", Preemptions: 1, Depth: 400}); err != nil {
			return nil, err
		}
	}
	return c, c.Compare(context.Background(), heap.Variants())
})

func covered(t *testing.T) *Coverage {
	t.Helper()
	c, err := everything()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exempt reads the lines of testdata/exempt.txt that begin with word.
func exempt(t *testing.T, word string) map[model.Site]bool {
	t.Helper()
	text, err := os.ReadFile("testdata/exempt.txt")
	if err != nil {
		t.Fatal(err)
	}
	list := map[model.Site]bool{}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if f := strings.Fields(line); f[0] == word && len(f) > 3 {
			list[model.Site(f[1])] = true
		} else if f[0] != "#" && f[0] != "unreached" && f[0] != "unbroken" || len(f) <= 3 {
			t.Errorf("testdata/exempt.txt:%d: %q is not word, site and why", i+1, line)
		}
	}
	return list
}

// What all scenarios reach is what testdata/coverage.txt has.
func TestCoverageIsCurrent(t *testing.T) {
	var b strings.Builder
	if err := covered(t).Write(&b, true); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	const file = "testdata/coverage.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not current: read what has changed, and run go test ./internal/coverage -update", file)
		for _, c := range []struct{ mark, in, other string }{{"-", string(want), got}, {"+", got, string(want)}} {
			for line := range strings.Lines(c.in) {
				if !strings.Contains(c.other, line) {
					t.Log(c.mark + " " + strings.TrimSpace(line))
				}
			}
		}
	}
}

// Every assertion point is reached by a scenario, every branch of scavengeOne
// that there is, every window with somebody else moving in it, and every place
// where a variant differs. What is not is listed with the reason.
func TestEverythingIsReached(t *testing.T) {
	c := covered(t)
	spared := exempt(t, "unreached")
	for _, s := range c.AllSites() {
		switch reached := len(s.Scenarios) > 0; {
		case !reached && !spared[s.Site]:
			t.Errorf("no scenario comes to %s", s.Site)
		case reached && spared[s.Site]:
			t.Errorf("%s is reached: take it off the list", s.Site)
		}
	}
	for _, b := range branchList {
		// scavenge never calls scavengeOne for nothing.
		if none := strings.HasSuffix(b, branchNone); none != (len(c.Branches[b]) == 0) {
			t.Errorf("%s is reached in %v", b, c.Branches[b])
		}
	}
	for _, w := range windowList {
		moved := slices.ContainsFunc(pairsOf(c), func(p Pair) bool { return p.Window == w.name })
		if !moved || len(c.Windows[w.name]) == 0 {
			t.Errorf("%s: reached in %v, others moved in it: %v", w.name, c.Windows[w.name], moved)
		}
	}
	for _, s := range c.Differs {
		if len(s.Scenarios) == 0 && s.Variant.Catch != "" {
			t.Errorf("%s does in every scenario what Go 1.16 does", s.Variant.Name)
		}
	}
}

func pairsOf(c *Coverage) []Pair {
	var list []Pair
	for p := range c.Pairs {
		list = append(list, p)
	}
	return list
}

// Every assertion point of the heap fails where it is reached, if what it
// requires is taken away there; what is reported is that point.
func TestEverySiteCanBeViolated(t *testing.T) {
	spared := exempt(t, "unbroken")
	reached := covered(t).Sites
	for _, s := range heap.Sites() {
		found := ""
		for _, scenario := range reached[s.Site] {
			p, err := properties.Build{Scenario: scenario, Variant: heap.BreakPrefix + string(s.Site)}.Program()
			if err != nil {
				t.Fatal(err)
			}
			o := sched.Options{Strategy: "random", Preemptions: -1, Seed: 1, Executions: 30, Shrink: -1, Recheck: -1, Depth: 400}
			r, err := sched.Explore(context.Background(), p, o)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) > 0 {
				if found = r.Findings[0].Violation.Site; found == string(s.Site) {
					break
				}
			}
		}
		switch violated := found == string(s.Site); {
		case !violated && !spared[s.Site]:
			t.Errorf("%s: broken on purpose, %q is found", s.Site, found)
		case violated && spared[s.Site]:
			t.Errorf("%s can be violated: take it off the list", s.Site)
		}
	}
}

// Windows by hand: task 0 is inside between two steps of its own.
func TestPairs(t *testing.T) {
	step := func(task int16, kind sched.OpKind, obj sched.ObjID) sched.Step {
		return sched.Step{Choice: sched.Choice{Task: task}, Kind: kind, Obj: obj}
	}
	o := &Observer{heap: 7, names: []string{"a", "b", "c"}}
	o.start()
	r := &sched.Result{Log: []sched.Step{
		step(1, sched.OpLoad, 1),   // before the unlock of task 0: outside
		step(0, sched.OpUnlock, 7), // the window opens
		step(2, sched.OpLoad, 1),
		step(1, sched.OpLock, 7),
		step(1, sched.OpUnlock, 7),
		step(0, sched.OpLock, 7), // and closes
		step(2, sched.OpLock, 7),
	}}
	o.stays = []stay{{window: "w", task: 0, from: 0, fromStep: true, to: 3, untilStep: true}}
	o.Ended(r)
	want := map[Pair]bool{{"w", "a", "b", false}: true, {"w", "a", "b", true}: true, {"w", "a", "c", false}: true}
	if fmt.Sprint(o.pairs) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", o.pairs, want)
	}
	o.start()
	o.stays = []stay{{window: "w", task: 1, from: 5, to: -1}} // until the end
	o.Ended(r)
	if got := fmt.Sprint(o.pairs); got != fmt.Sprint(map[Pair]bool{{"w", "b", "a", false}: true, {"w", "b", "a", true}: true, {"w", "b", "c", false}: true, {"w", "b", "c", true}: true}) {
		t.Errorf("to the end: %v", got)
	}
}
