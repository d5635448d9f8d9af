package mutate

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Tree copies the Go files of the module at root that mutants need into dir,
// with the mutants in package heap, and builds the commands there. It returns the
// mutants.
func Tree(root, dir string) ([]Mutant, error) {
	for _, pkg := range []string{"sched", "model", "heap", "properties", "internal/conform"} {
		if err := copyDir(filepath.Join(root, pkg), filepath.Join(dir, pkg)); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := copyFile(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	list, files, err := Rewrite(filepath.Join(root, "heap"))
	if err != nil {
		return nil, err
	}
	files["mutant.go"] = []byte("package heap\n\n// Mutant is the statement that is taken out.\nvar Mutant int\n")
	for name, src := range files {
		if err := os.WriteFile(filepath.Join(dir, "heap", name), src, 0o666); err != nil {
			return nil, err
		}
	}
	cmd := filepath.Join(dir, "cmd", "mutantrun")
	if err := os.MkdirAll(cmd, 0o777); err != nil {
		return nil, err
	}
	if err := copyFile(filepath.Join(root, "internal/mutate/testdata/run.go.txt"), filepath.Join(cmd, "main.go")); err != nil {
		return nil, err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "mutantrun"), "./cmd/mutantrun")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return list, nil
}

// copyDir copies the Go files of a directory, other than tests.
func copyDir(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata") {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		return copyFile(name, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o666)
}
