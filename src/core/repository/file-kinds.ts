/** Which files of a repository say how nginx is deployed, by their paths. */

export const dockerfile =
  /(?:^|\/)(?:(?:[^/]*\.)?(?:Dockerfile|Containerfile)(?:[.-][^/]*)?|[^/]*\.(?:docker|container)file)$/i;
export const composeFile = /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i;
export const kustomization = /(?:^|\/)kustomization\.ya?ml$/i;
export const terraformFile = /\.(?:tf|tofu)$/i;
/** Scripts that a container runs when it starts, or that fill in its templates. */
export const startScript =
  /(?:^|\/)[^/]*(?:entrypoint|start|run|init|nginx|envsubst|template)[^/]*\.sh$/i;
/** Manifests of Kubernetes, as their names and folders say. */
export const manifest =
  /(?:^|[/._-])(?:k8s|kube|kubernetes|manifests?|kustomize|base|overlays|deploy(?:ment)?s?|stateful-?sets?|daemon-?sets?|pods?|nginx)(?:[/._-].*)?\.ya?ml$/i;
