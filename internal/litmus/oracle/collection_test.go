package oracle

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockheld/internal/litmus"
)

var write = flag.Bool("write", false, "rewrite the expectations in testdata/litmus by what the oracle computes")

const collection = "../../../testdata/litmus"

// budget is what every file of the collection but those of beyond fits in.
const budget = 16_000

// beyond has the files that are too large for the oracle. Their expectations
// are closed forms or stored counts of other tools.
var beyond = map[string]string{
	"cinc-4":        "13824 traces",
	"counter-3-3":   "1680 traces of 36 steps",
	"filesystem-14": "14 tasks that hardly ever meet: 9^14 beginnings",
	"filesystem-16": "16 tasks that hardly ever meet",
	"filesystem-18": "18 tasks that hardly ever meet",
	"filesystem-19": "19 tasks that hardly ever meet",
	"indexer-12":    "12 tasks that hardly ever meet: 5^12 beginnings",
	"indexer-15":    "15 tasks that hardly ever meet",
	"lastzero-10":   "3328 traces of up to 31 steps",
	"lastzero-15":   "147456 traces",
	"lockinc-7":     "5040 traces of 28 steps",
	"readers-13":    "8192 traces, 14! interleavings",
}

type file struct {
	name   string // without directory and extension
	src    string
	p      *litmus.Program
	expect *litmus.Expectations
}

func readCollection(t *testing.T) []file {
	t.Helper()
	paths, err := filepath.Glob(collection + "/*.litmus")
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
		f := file{name: strings.TrimSuffix(base, ".litmus"), src: string(src)}
		if f.p, err = litmus.Parse(base, f.src); err != nil {
			t.Fatal(err)
		}
		if f.expect, err = litmus.ParseExpectations(base, f.src); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// TestCollection compares what each file promises with what the oracle finds.
func TestCollection(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range readCollection(t) {
		t.Run(f.name, func(t *testing.T) {
			seen[f.name] = true
			if !strings.Contains(f.src, "\n# from: ") {
				t.Error("no line that starts with \"# from: \" and says where the expectations come from")
			}
			r, err := Classes(f.p, budget)
			if beyond[f.name] != "" {
				if !errors.Is(err, ErrBudget) {
					t.Errorf("is not beyond the oracle: %v", err)
				}
				if f.expect.Traces == 0 {
					t.Error("does not say how many traces there are")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if *write {
				rewrite(t, f, r.Expectations())
			} else if !f.expect.Equal(r.Expectations()) {
				t.Errorf("the file says\n%sbut the oracle finds\n%s", f.expect, r.Expectations())
			}
		})
	}
	for name := range beyond {
		if !seen[name] {
			t.Errorf("%s is not in the collection", name)
		}
	}
}

// rewrite puts the expectations before the first line that is not a comment.
func rewrite(t *testing.T, f file, e *litmus.Expectations) {
	t.Helper()
	var lines []string
	for line := range strings.SplitSeq(f.src, "\n") {
		if !strings.HasPrefix(line, "# expect ") {
			lines = append(lines, line)
		}
	}
	at := slices.Index(lines, "litmus 1")
	if at < 0 {
		t.Fatal("no line: litmus 1")
	}
	lines = slices.Insert(lines, at, strings.TrimSuffix(e.String(), "\n"))
	if err := os.WriteFile(filepath.Join(collection, f.name+".litmus"), []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}
