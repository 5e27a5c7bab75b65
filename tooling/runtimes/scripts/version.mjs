console.log(JSON.stringify(process.versions.node.split('.')[0]));
