"""What the account holds after a deployment, as one JSON object on standard output. AWS_ENDPOINT_URL names the server."""

import json
import sys

import boto3
from moto.cloudformation.parsing import get_model_map


def of(service, operation, key, **arguments):
    return boto3.client(service).get_paginator(operation).paginate(**arguments).build_full_result()[key]


stack = sys.argv[1]
gateway = boto3.client("apigateway")
resources = boto3.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
account = {
    "supportedTypes": sorted(get_model_map()),
    # Of what it skipped moto lists a row without a name.
    "resources": [
        [resource["LogicalResourceId"], resource["ResourceType"], resource.get("PhysicalResourceId")]
        for resource in resources
        if "LogicalResourceId" in resource
    ],
    "vpcs": of("ec2", "describe_vpcs", "Vpcs", Filters=[{"Name": "is-default", "Values": ["false"]}]),
    "subnets": of("ec2", "describe_subnets", "Subnets", Filters=[{"Name": "default-for-az", "Values": ["false"]}]),
    "endpoints": of("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
    "launchTemplates": of("ec2", "describe_launch_templates", "LaunchTemplates"),
    "groups": of("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    "functions": of("lambda", "list_functions", "Functions"),
    "apis": [
        {**api, "resources": gateway.get_resources(restApiId=api["id"], limit=500)["items"]}
        for api in gateway.get_rest_apis()["items"]
    ],
    "tables": [
        boto3.client("dynamodb").describe_table(TableName=name)["Table"]
        for name in of("dynamodb", "list_tables", "TableNames")
    ],
    "roles": of("iam", "list_roles", "Roles"),
}
json.dump(account, sys.stdout, default=str)
