package litmus

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const lostUpdate = `
# two tasks count without a lock
litmus 1
name lost-update   # the classic

mutex m
var x = 0
task A: read x; write x acc+1
task B:read x;write x acc+1
final x == 2
`

func TestParse(t *testing.T) {
	p, err := Parse("lost.litmus", lostUpdate)
	if err != nil {
		t.Fatal(err)
	}
	ops := []Op{
		{Code: Read, Object: 1},
		{Code: Write, Object: 1, E: Expr{Acc: true, N: 1}},
	}
	want := &Program{
		Name:    "lost-update",
		Objects: []Object{{Kind: Mutex, Name: "m"}, {Kind: Var, Name: "x"}},
		Tasks:   []Task{{Name: "A", Ops: ops}, {Name: "B", Ops: ops}},
		Finals:  []Final{{Object: 1, Cond: Cond{Cmp: Eq, N: 2}}},
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
}

// everyOp has each operation in each of its forms, in canonical writing.
const everyOp = `litmus 1
name every.op-2_x
mutex m
var x = -9223372036854775808
rwmutex rw
var acc = 9223372036854775807
task A: read x; write x 7; write x acc; write x acc+7; write x acc-7; write x acc+-9223372036854775808
task B: add x -3; inc acc 9223372036854775807; cas x 0 1; cas x acc acc-1; wait x == -1; wait x != 0; wait x < 1; wait x > 2
task Nothing:
task C: lock m; unlock m; trylock m; rlock rw; runlock rw; wlock rw; wunlock rw
task D: set -1; set acc+2; skip 1 unless acc == 0; skip 9223372036854775807 unless acc != 1; assert acc < 5; assert acc > -5
final x == 1
final acc != 2
final x < 3
final x > -4
`

func TestPrintIsTheInverseOfParse(t *testing.T) {
	p, err := Parse("every.litmus", everyOp)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != everyOp {
		t.Errorf("printed:\n%s\nwant:\n%s", got, everyOp)
	}
	seen := map[Code]bool{}
	for _, task := range p.Tasks {
		for _, op := range task.Ops {
			seen[op.Code] = true
		}
	}
	for c := range numCodes {
		if !seen[c] {
			t.Errorf("%v is not in the test", c)
		}
	}
}

func TestParseAcceptsOtherWritings(t *testing.T) {
	const plain = "litmus 1\nname 0\nvar x = 1\ntask T: write x acc-1; wait x == 0\nfinal x == 0\n"
	want, err := Parse("plain", plain)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"# first\n\n \t\n" + plain,
		strings.ReplaceAll(plain, "\n", "\r\n"),
		strings.ReplaceAll(plain, "\n", "#;;; é \xff\n"),
		strings.TrimSuffix(plain, "\n"),
		"litmus\t1\nname 0\nvar x=1\ntask T:write x acc-1;wait x==0\nfinal x==0",
		"litmus 1\nname 0\nvar x = 001\ntask T: write x acc+-1; wait x == -0\nfinal x == 00\n",
	} {
		got, err := Parse("f", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

func TestExprWraps(t *testing.T) {
	for _, c := range []struct {
		text string
		acc  int64
		want int64
	}{
		{"acc+1", math.MaxInt64, math.MinInt64},
		{"acc-1", math.MinInt64, math.MaxInt64},
		{"acc--9223372036854775808", 1, math.MinInt64 + 1}, // minus the least number is the least number
		{"acc+-9223372036854775808", 1, math.MinInt64 + 1},
		{"acc", 5, 5},
		{"-7", 5, -7},
	} {
		e, err := parseExpr(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := e.Eval(c.acc); got != c.want {
			t.Errorf("%s at %d is %d, want %d", c.text, c.acc, got, c.want)
		}
	}
}

func TestCondHolds(t *testing.T) {
	for _, c := range []struct {
		cmp              Cmp
		below, at, above bool
	}{
		{Eq, false, true, false},
		{Ne, true, false, true},
		{Lt, true, false, false},
		{Gt, false, false, true},
	} {
		cond := Cond{Cmp: c.cmp, N: 0}
		got := [3]bool{cond.Holds(math.MinInt64), cond.Holds(0), cond.Holds(math.MaxInt64)}
		if got != [3]bool{c.below, c.at, c.above} {
			t.Errorf("%v 0 holds of least, 0, greatest: %v", c.cmp, got)
		}
	}
}

func TestParseError(t *testing.T) {
	_, err := Parse("dir/a.litmus", "litmus 1\n\nnam x\n")
	var e *Error
	if !errors.As(err, &e) || e.File != "dir/a.litmus" || e.Line != 3 {
		t.Fatalf("got %#v", err)
	}
	if want := `dir/a.litmus:3: unknown line "nam"; a line starts with name, mutex, rwmutex, var, task or final`; err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

// TestCollectionParses reads every file of the collection and prints it back.
func TestCollectionParses(t *testing.T) {
	files, err := filepath.Glob("../../testdata/litmus/*.litmus")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Parse(filepath.Base(file), string(src))
		if err != nil {
			t.Error(err)
			continue
		}
		if want := strings.TrimSuffix(filepath.Base(file), ".litmus"); p.Name != want {
			t.Errorf("%s: the program is named %s", file, p.Name)
		}
		again, err := Parse("printed", p.String())
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Errorf("%s: parse of print differs: %v", file, err)
		}
		if _, err := ParseExpectations(filepath.Base(file), string(src)); err != nil {
			t.Error(err)
		}
	}
}
