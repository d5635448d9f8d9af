package bridge

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockheld/internal/litmus"
	"lockheld/sched"
)

// found is what an exploration with the engine says of a litmus program.
type found struct {
	report   *sched.Report
	outcomes *Outcomes
}

func explore(t *testing.T, p *litmus.Program, o sched.Options) found {
	t.Helper()
	prog, err := Program(p)
	if err != nil {
		t.Fatal(err)
	}
	return exploreProgram(t, p, prog, o)
}

// exploreProgram explores prog, which was made of p.
func exploreProgram(t *testing.T, p *litmus.Program, prog *sched.Program, o sched.Options) found {
	t.Helper()
	f := found{outcomes: NewOutcomes(p)}
	o.All = true
	o.Shrink = -1
	o.After = f.outcomes.Add
	var err error
	f.report, err = sched.Explore(context.Background(), prog, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// violations translates the findings of the engine into the words of expectations.
func (f found) violations() []string {
	var all []string
	for _, finding := range f.report.Findings {
		v := finding.Violation
		switch v.Kind {
		case sched.KindAssertion:
			all = append(all, "assertion")
		case sched.KindMisuse:
			what, _, _ := strings.Cut(v.Message, ":")
			all = append(all, what)
		case sched.KindProperty:
			all = append(all, v.Site)
		case sched.KindDeadlock, sched.KindSelfDeadlock, sched.KindStuck:
			all = append(all, "deadlock")
		default:
			all = append(all, v.Error())
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

type file struct {
	name   string
	p      *litmus.Program
	expect *litmus.Expectations
}

func readCollection(t *testing.T) []file {
	t.Helper()
	paths, err := filepath.Glob("../../../testdata/litmus/*.litmus")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files: %v", err)
	}
	var files []file
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(path)
		f := file{name: strings.TrimSuffix(base, ".litmus")}
		if f.p, err = litmus.Parse(base, string(src)); err != nil {
			t.Fatal(err)
		}
		if f.expect, err = litmus.ParseExpectations(base, string(src)); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// beyond has, by strategy, the files that take it too long. All other files
// are explored with every exhaustive strategy that there is.
var beyond = map[string][]string{
	"dfs": {"binclocks-4", "cinc-4", "filesystem-14", "filesystem-16", "filesystem-18", "filesystem-19", "indexer-12", "indexer-15",
		"lastzero-10", "lastzero-15", "lastzero-5", "readers-13", "readers-8", "readers-own-6"}, // over 100,000 interleavings
	"cache": {"filesystem-14", "filesystem-16", "filesystem-18", "filesystem-19", "indexer-12", "indexer-15", "lastzero-10",
		"lastzero-15", "readers-13"}, // as many states
	"auto": {"lastzero-15"}, // it chooses dpor, which has done it
}

// TestCollection explores the files of the collection with every exhaustive
// strategy and compares with what they promise.
func TestCollection(t *testing.T) {
	files := readCollection(t)
	for _, s := range sched.Strategies() {
		if s.Kind != sched.Exhaustive {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			for _, f := range files {
				if slices.Contains(beyond[s.Name], f.name) {
					continue
				}
				t.Run(f.name, func(t *testing.T) {
					got := explore(t, f.p, sched.Options{Strategy: s.Name, Preemptions: -1})
					checkCount(t, got.report, s.Name, f.expect)
					compareEnds(t, got, f.expect)
				})
			}
		})
	}
}

func compareEnds(t *testing.T, got found, want *litmus.Expectations) {
	t.Helper()
	// Files that are too large for the oracle do not list their outcomes.
	if list := got.outcomes.List(); want.Outcomes != nil && !slices.Equal(list, want.Outcomes) {
		t.Errorf("outcomes %q, want %q", list, want.Outcomes)
	}
	if v := got.violations(); !slices.Equal(v, want.Violations) {
		t.Errorf("violations %q, want %q", v, want.Violations)
	}
	verdict := sched.Complete
	if want.Violations != nil {
		verdict = sched.Violated
	}
	if got.report.Verdict != verdict {
		t.Errorf("verdict %v, want %v", got.report.Verdict, verdict)
	}
}
