package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// observed are the scenarios of the golden files.
const observed = "alloc-free,scavenge-alloc,scavenge-generation,procresize,stop-the-world,reclaim,stack-growth,gc-percent," +
	"free-os-memory,grow,sweep-termination,stats,test-helpers"

// The contracts of all functions are what testdata/infer has, for Go 1.16 and
// for the commit before. Every token in it can be replayed.
func TestInferredContracts(t *testing.T) {
	if testing.Short() {
		t.Skip("explores every scenario twice")
	}
	tokens := regexp.MustCompile(`lh\d+:\S+`)
	where := regexp.MustCompile(`(?m) # (after step \d+|before step 0)$`)
	counts := regexp.MustCompile(`executions=\d+`)
	for variant, code := range map[string]int{"go1.16": exitOK, "before": exitViolation} {
		t.Run(variant, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if got := run([]string{"infer", "-variant", variant, "-scenario", observed}, nil, &stdout, &stderr); got != code {
				t.Fatalf("exit code %d, want %d: %s", got, code, &stderr)
			}
			list := tokens.FindAllString(stdout.String(), -1)
			if len(list) == 0 {
				t.Error("no token")
			}
			for _, tok := range list {
				var out bytes.Buffer
				if got := run([]string{"replay", tok}, nil, &out, &out); got != exitOK && (got != exitViolation || variant == "go1.16") {
					t.Errorf("replay %s: exit code %d: %s", tok, got, &out)
				}
			}
			if n := len(where.FindAllString(stdout.String(), -1)); n != len(list) {
				t.Errorf("%d tokens, %d of them with the step", len(list), n)
			}
			text := counts.ReplaceAllString(tokens.ReplaceAllString(where.ReplaceAllString(stdout.String(), ""), "TOKEN"), "executions=N")
			file := "testdata/infer/" + variant + ".txt"
			if *update {
				if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if text != string(want) {
				t.Errorf("not what %s has (-update rewrites it):\n%s", file, unequalLines(string(want), text))
			}
		})
	}
}

// unequalLines lists the lines that are in one text only.
func unequalLines(want, got string) string {
	var b strings.Builder
	for _, c := range []struct{ mark, in, other string }{{"-", want, got}, {"+", got, want}} {
		for line := range strings.Lines(c.in) {
			if !strings.Contains(c.other, line) {
				b.WriteString(c.mark + line)
			}
		}
	}
	return b.String()
}
