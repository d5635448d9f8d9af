package mutate

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	all    = flag.Bool("all", false, "run the mutants that testdata/results.txt does not have, or has of another source")
	update = flag.Bool("update", false, "write docs/MUTATION.md")
)

const root = "../.."

// one runs a mutant and returns what came of it.
func one(t *testing.T, dir string, m *Mutant) string {
	t.Helper()
	if r := explored(t, dir, m); r != "survived" {
		return r
	}
	return tested(dir, m)
}

// explored explores the scenarios with a mutant and replays the vectors.
func explored(t *testing.T, dir string, m *Mutant) string {
	t.Helper()
	vectors, err := filepath.Glob(filepath.Join(root, "testdata/conformance/*.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	or := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "mutantrun"), append([]string{fmt.Sprint(m.ID), or(m.Site), or(m.Variants)}, vectors...)...).Output()
	switch {
	case ctx.Err() != nil:
		return "killed\tit does not end"
	case err != nil:
		return "killed\tit crashes"
	}
	return strings.TrimSpace(string(out))
}

var failed = regexp.MustCompile(`--- FAIL: (\w+)`)

// tested runs the tests of package heap.
func tested(dir string, m *Mutant) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "heap.test"), "-test.failfast", "-test.short")
	cmd.Dir = filepath.Join(dir, "heap")
	cmd.Env = append(os.Environ(), fmt.Sprint("HEAP_MUTANT=", m.ID))
	out, err := cmd.CombinedOutput()
	switch by := failed.FindSubmatch(out); {
	case ctx.Err() != nil:
		return "killed\tthe tests of package heap do not end"
	case by != nil:
		return "killed\t" + string(by[1]) + " of package heap"
	case err != nil:
		return "killed\tthe tests of package heap crash"
	}
	return "survived"
}

// results reads the record: what came of each mutant, with the hash of its
// function, by key.
func results(t *testing.T) map[string]string {
	t.Helper()
	return table(t, "testdata/results.txt", 4)
}

// table reads lines whose first n fields are a key.
func table(t *testing.T, name string, n int) map[string]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	list := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, "\t", n+1)
		if len(f) != n+1 {
			t.Fatalf("%s: %q has not %d fields", name, line, n+1)
		}
		list[strings.Join(f[:n], "\t")] = f[n]
	}
	return list
}

// With -all: runs what is not recorded and writes the record, so that it can be
// ended and begun again.
func TestAllMutants(t *testing.T) {
	if !*all {
		t.Skip("without -all")
	}
	dir := t.TempDir()
	list, err := Tree(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	record := results(t)
	limit, _ := t.Deadline()
	for i := range list {
		m := &list[i]
		if strings.HasPrefix(record[m.Key()], fmt.Sprintf("%08x\t", m.Hash)) {
			continue
		}
		if time.Until(limit) < 90*time.Second {
			t.Logf("out of time before mutant %d of %d: run it again", i+1, len(list))
			break
		}
		record[m.Key()] = fmt.Sprintf("%08x\t%s", m.Hash, one(t, dir, m))
		write(t, list, record)
	}
	write(t, list, record)
}

// write writes the record of the mutants that there are, in their order.
func write(t *testing.T, list []Mutant, record map[string]string) {
	var b strings.Builder
	b.WriteString("# What came of each mutant: go test ./internal/mutate -all. Function, kind, statement, which of several, hash of the function, result.\n")
	for i := range list {
		if r, ok := record[list[i].Key()]; ok {
			fmt.Fprintf(&b, "%s\t%s\n", list[i].Key(), r)
		}
	}
	if err := os.WriteFile("testdata/results.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every survivor of the record is listed with the reason, and nothing else is.
// Lines of the record that are not current are named.
func TestSurvivors(t *testing.T) {
	list, _, err := Rewrite(filepath.Join(root, "heap"))
	if err != nil {
		t.Fatal(err)
	}
	record, reasons := results(t), table(t, "testdata/survivors.txt", 4)
	var stale int
	for i := range list {
		key := list[i].Key()
		r, ok := record[key]
		if !ok || !strings.HasPrefix(r, fmt.Sprintf("%08x\t", list[i].Hash)) {
			t.Logf("not run since it was changed: %s", key)
			stale++
			continue
		}
		survived := strings.HasSuffix(r, "\tsurvived")
		if _, listed := reasons[key]; survived != listed {
			t.Errorf("%s: survived %v, listed in testdata/survivors.txt %v", key, survived, listed)
		}
	}
	t.Logf("%d mutants, %d to be run again", len(list), stale)
	got := markdown(list, record, reasons)
	const file = root + "/docs/MUTATION.md"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || stale == 0 && string(want) != got {
		t.Errorf("docs/MUTATION.md is not current: go test ./internal/mutate -update; %v", err)
	}
}

// markdown is docs/MUTATION.md.
func markdown(list []Mutant, record, reasons map[string]string) string {
	var b, survivors, killed strings.Builder
	counts, lost := map[string]int{}, map[string]int{}
	for i := range list {
		m := &list[i]
		r, ok := record[m.Key()]
		if !ok {
			continue
		}
		_, r, _ = strings.Cut(r, "\t")
		counts[m.Kind]++
		name := fmt.Sprintf("| %s | %s | `%s` %d | ", m.Function, m.Kind, strings.ReplaceAll(m.Text, "|", "\\|"), m.Nth)
		if by, ok := strings.CutPrefix(r, "killed\t"); ok {
			killed.WriteString(name + by + " |\n")
			continue
		}
		lost[m.Kind]++
		survivors.WriteString(name + reasons[m.Key()] + " |\n")
	}
	b.WriteString(`# Mechanical mutation of package heap

Generated by ` + "`go test ./internal/mutate -update`" + ` from a record, ` + "`internal/mutate/testdata/results.txt`" + `, which ` + "`go test ./internal/mutate -all -timeout 20m`" + ` brings up to date: it runs what is not in the record, or what
was recorded of a function that has changed since; the test names what is out of date. Each statement of the kinds below is taken out, alone, or a re-check gets its answer in advance. Then the scenarios are explored
(20 executions of ` + "`random`" + `, 60 of ` + "`surw`" + `, ` + "`dfs`" + ` with one preemption, ` + "`dpor`" + `) until one reports what Go 1.16 does not; what is left replays the answers of the real runtime, and then the tests of package heap are run.
A file that belongs to variants only is explored with these. An assertion that is taken out must be missed when its point is broken on purpose (` + "`break:SITE`" + `), or by the tests.

A re-check is where code looks at what others may have changed since it, or its caller, looked last: a CAS (the mutant stores without comparing); a second read of an atomic word into the variable that has the first
(the mutant keeps the first); a condition on shared state under a lock that the function has taken, on an atomic word, or that compares a field with a variable (two mutants: it always holds, and it never does). Conditions
that guard nothing but a throw are not among them: they check what cannot be. ` + "`internal/mutate/recheck.go`" + ` has the definition.

A survivor that is not listed with its reason fails the test.

| kind | mutants | killed | survivors |
|---|---:|---:|---:|
`)
	var kinds []string
	for k := range counts {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", k, counts[k], counts[k]-lost[k], lost[k])
	}
	b.WriteString("\n## Survivors\n\n| function | kind | statement | why |\n|---|---|---|---|\n" + survivors.String())
	b.WriteString("\n## Killed\n\n| function | kind | statement | by |\n|---|---|---|---|\n" + killed.String())
	return b.String()
}

// The tool works from end to end on one mutant of each sort: it builds, an unlock
// and an update are missed, an assertion is missed where it is broken, and
// without a mutant nothing is found.
func TestSomeMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a copy of the module")
	}
	dir := t.TempDir()
	list, err := Tree(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := explored(t, dir, &Mutant{}); got != "survived" {
		t.Errorf("no mutant: %s", got)
	}
	for _, key := range []string{
		"mheap.freeManual\tunlock\tm.Unlock(h.lock)\t1",
		"mheap.freeManual\tlock\tm.Lock(h.lock)\t1",
		"pageCache.flush\tassertion\tm.AssertLockHeld(p.lock, siteFlushEntry)\t1",
		"mheap.updateCentralIndex\tre-check\told = idx.Load(m.T())\t1",
	} {
		i := slices.IndexFunc(list, func(m Mutant) bool { return m.Key() == key })
		if i < 0 {
			t.Errorf("no mutant %q", key)
			continue
		}
		if got := one(t, dir, &list[i]); !strings.HasPrefix(got, "killed\t") {
			t.Errorf("%s: %s", key, got)
		}
	}
}
